#include "app/attribution_engine.h"

#include <algorithm>
#include <utility>

#include "ablation/attention_features.h"
#include "app/answer_parts.h"
#include "attribute/attributor.h"
#include "base/deps.h"
#include "base/errors.h"
#include "base/timer.h"
#include "model/generate.h"
#include "model/weight_cache.h"
#include "text/text_stream.h"

namespace at2 {
namespace {

bool reads_attention(const Question& question) {
  return std::any_of(question.methods.begin(), question.methods.end(), [](Method method) {
    return method == Method::at2 || method == Method::average_attention || method == Method::value_norm ||
           method == Method::logit_contribution;
  });
}

std::string shape_text(std::int64_t num_layers, std::int64_t num_heads) {
  return std::to_string(num_layers) + " layers of " + std::to_string(num_heads) + " heads";
}

void check_shape(const ScoreEstimator& estimator, const ModelConfig& config, const std::filesystem::path& path) {
  if (estimator.num_layers() == config.num_layers && estimator.num_heads() == config.num_heads) return;
  throw UserError(path.string() + " does not fit the model",
                  "it is for " + shape_text(estimator.num_layers(), estimator.num_heads()) + ", the model has " +
                      shape_text(config.num_layers, config.num_heads),
                  "name an estimator that was trained on this model");
}

/// theta for the model, or why there is none.
std::optional<StoredEstimator> find_estimator(const EngineOptions& options, const std::string& fingerprint,
                                              const ModelConfig& config, std::string& why_none) {
  const bool required = options.estimator_use == EstimatorUse::required || options.estimator_file;
  try {
    const std::filesystem::path path =
        options.estimator_file ? std::filesystem::path(*options.estimator_file) : default_estimator_path();
    StoredEstimator stored = load_estimator(path, fingerprint, options.model_check);
    check_shape(stored.estimator, config, path);
    return stored;
  } catch (const UserError& error) {
    if (required) throw;
    why_none = error.what();
    return std::nullopt;
  }
}

LanguageModel load_weights(const std::filesystem::path& path, const std::string& fingerprint,
                           const ModelConfig& config) {
  const ComputePlace place = choose_place({}, 0, stored_dtype(path));
  const auto cache = weight_cache_path({}, path, fingerprint, place);
  // Without room for the cache the weights are de-quantised each time.
  if (cache) static_cast<void>(make_weight_cache(*cache, path, config, place.dtype));
  return load_language_model(path, config, place, cache);
}

std::vector<std::vector<double>> rows_of(const at::Tensor& scores_GS) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t g = 0; g < scores_GS.size(0); ++g) {
    const at::Tensor row_S = scores_GS.select(0, g).contiguous();
    const auto* first = row_S.const_data_ptr<double>();
    rows.emplace_back(first, first + row_S.numel());
  }
  return rows;
}

}  // namespace

/// A response, and what generating it left for its attribution.
struct AttributionEngine::Written {
  Response response;
  std::optional<AttentionTrace> trace;
  bool ended = true;
  double seconds = 0;
};

AttributionEngine::AttributionEngine(const EngineOptions& options)
    : path_(resolve_model_path(options.model)),
      name_(at2::model_name(path_)),
      fingerprint_(model_fingerprint(path_)),
      text_(load_model_text(path_)),
      estimator_(find_estimator(options, fingerprint_, text_.config, why_no_estimator_)),
      splitter_(punkt_dir()),
      model_(load_weights(path_, fingerprint_, text_.config)) {}

AttributedAnswer AttributionEngine::answer(const Question& question, const TextListener& on_text) {
  const bool needs_theta =
      std::find(question.methods.begin(), question.methods.end(), Method::at2) != question.methods.end();
  if (needs_theta && !estimator_) {
    throw UserError("AT2 cannot be used with this model", why_no_estimator_,
                    "name an estimator that was trained on it, or use another method");
  }
  const Task task = task_of(question, text_.chat);
  try {
    const Example example = example_of(question, task);
    const Prompt prompt = prompt_for(question, example);
    Written written = write(question, prompt, on_text);
    AttributedAnswer answer;
    answer.model = name_;
    answer.prompt_tokens = std::ssize(prompt.tokens);
    answer.response_tokens = std::ssize(written.response.tokens);
    answer.ended = written.ended;
    answer.generate_seconds = written.seconds;
    answer.source_kind = question.sources;
    if (question.methods.empty()) {
      answer.response = std::move(written.response.text);
      return answer;
    }
    AttributionInput input = make_input(task, example, prompt, std::move(written.response), splitter_);
    choose_targets(question, input);
    answer.response = input.targets.text;
    answer.targets = input.targets.chars;
    const Sources sources = sources_of(input, example, question.sources, splitter_);
    place_sources(question, input, sources, answer);
    attribute(question, input, sources, std::move(written.trace), answer);
    return answer;
  } catch (const RecordError& error) {
    if (error.reason() == kPromptTooLong) {
      throw TooLongError("documents and question are too long", error.what(),
                         "shorten them, or ask for fewer new tokens");
    }
    throw UserError("the question cannot be answered and attributed", error.what(),
                    "shorten the documents, mend the response, or raise the limit of new tokens (--max-new-tokens)");
  }
}

Prompt AttributionEngine::prompt_for(const Question& question, const Example& example) const {
  const std::int64_t room = question.response ? 1 : question.max_new_tokens;
  const std::int64_t longest = text_.config.max_positions - room;
  if (longest < 1) {
    throw UserError("so many new tokens are impossible",
                    std::to_string(question.max_new_tokens) + " are asked for, the model has " +
                        std::to_string(text_.config.max_positions) + " positions",
                    "ask for fewer");
  }
  return make_prompt(example, text_.chat, text_.tokenizer, longest, SpecialTokens::as_text, question.history);
}

AttributionEngine::Written AttributionEngine::write(const Question& question, const Prompt& prompt,
                                                    const TextListener& on_text) const {
  if (question.response) {
    Written given{given_response(text_, *question.response), {}, true, 0};
    const std::int64_t tokens = std::ssize(prompt.tokens) + std::ssize(given.response.tokens);
    if (tokens <= text_.config.max_positions) return given;
    throw TooLongError(
        "documents and response are too long",
        std::to_string(tokens) + " tokens, the model has " + std::to_string(text_.config.max_positions) + " positions",
        "shorten them");
  }
  const Timer timer;
  TextStream stream(text_.tokenizer);
  const auto& ends = text_.config.end_tokens;
  GenerationLimits limits;
  limits.max_new_tokens = question.max_new_tokens;
  limits.trace = reads_attention(question) ? KeepTrace::yes : KeepTrace::no;
  if (on_text) {
    limits.on_token = [&](std::size_t, std::int64_t token) {
      if (std::find(ends.begin(), ends.end(), token) != ends.end()) return;
      const std::string piece = stream.push(token);
      if (!piece.empty()) on_text(piece);
    };
  }
  auto generations = generate_greedy(model_, std::vector<std::vector<std::int64_t>>{prompt.tokens}, limits);
  Generation& generation = generations.front();
  const double seconds = timer.seconds();
  if (const std::string rest = stream.finish(); on_text && !rest.empty()) on_text(rest);
  return {decode_response(text_.tokenizer, generation.tokens), std::move(generation.trace), generation.ended, seconds};
}

std::shared_ptr<const HeadOutputs> AttributionEngine::prepared(const HeadReading& reading) {
  const auto found =
      std::find_if(prepared_.begin(), prepared_.end(), [&](const auto& one) { return one.first == reading; });
  if (found != prepared_.end()) return found->second;
  return prepared_.emplace_back(reading, outputs_for(model_, reading)).second;
}

void AttributionEngine::attribute(const Question& question, const AttributionInput& input, const Sources& sources,
                                  std::optional<AttentionTrace> trace, AttributedAnswer& answer) {
  EvaluateOptions methods;
  methods.methods = question.methods;
  methods.esm_ablations = {question.esm_ablations};
  MeasurementOptions measured;
  measured.num_surrogate_ablations = question.esm_ablations;
  Estimators theta;
  if (estimator_) theta.own = estimator_->estimator;
  measured.outputs = prepared(head_reading(question.methods, theta));
  Measurements measurements = Measurements(model_, input.task, input.span, measured).with_sources(sources.tokens);
  if (trace) {
    const Timer timer;
    TokenAttention attention =
        attention_from_trace(text_.config, *trace, measurements.task(), input.span, measured.outputs.get());
    measurements.set_attention(std::move(attention), {0, 0, timer.seconds()});
  }
  for (const auto& attributor : make_attributors(methods, theta)) {
    const Attribution attribution = attributor->attribute(measurements);
    answer.methods.push_back(
        {attributor->key(), attributor->title(), rows_of(attribution.scores_GS), attribution.cost.seconds});
    if (attributor->key() == "at2") answer.estimator = estimator_->origin.dataset;
  }
}

}  // namespace at2
