#include "app/attribute_command.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "ablation/attention_features.h"
#include "app/responses.h"
#include "attribute/attributor.h"
#include "base/deps.h"
#include "base/errors.h"
#include "base/timer.h"
#include "config/enum_text.h"
#include "data/formats.h"
#include "data/prompt_template.h"
#include "model/generate.h"
#include "model/weight_cache.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

/// Everything that one attribution says.
struct Answer {
  std::string model;
  Task task = Task::context;
  Sources sources;
  Targets targets;
  std::string method;
  at::Tensor scores_GS;
};

/// The whole file less one final newline.
std::string read_text(const std::string& path, const char* what) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) {
    throw UserError(std::string("cannot read the ") + what + " " + path, "no such file, no permission, or it is empty",
                    std::string("check --") + what);
  }
  std::string text = content.str();
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (const auto bad = find_invalid_utf8(text)) {
    throw UserError(path + " is not UTF-8", "byte " + std::to_string(*bad), "convert it, for instance with iconv");
  }
  return text;
}

Example make_example(const AttributeRequest& request) {
  std::vector<std::string> passages;
  if (request.context_file) passages.push_back(read_text(*request.context_file, "context"));
  const FormatTraits& traits = traits_of(DatasetFormat::jsonl);
  const PromptTemplate filler = passages.empty() ? PromptTemplate(traits.without_context, traits.rules_without_context)
                                                 : PromptTemplate(traits.prompt_template, traits.rules);
  FilledPrompt filled = filler.fill({passages, request.query});
  return {"attribute", std::move(filled.content), filled.context, std::move(filled.passages), request.query, {}};
}

std::optional<ScoreEstimator> estimator_for(const AttributeRequest& request, const std::string& model_print) {
  if (request.method != Method::at2) return std::nullopt;
  const std::filesystem::path path =
      request.estimator_file ? std::filesystem::path(*request.estimator_file) : default_estimator_path();
  return load_estimator(path, model_print).estimator;
}

/// A response, and what generating it left for its attribution.
struct TracedResponse {
  Response response;
  std::optional<AttentionTrace> trace;
};

TracedResponse make_response(const AttributeRequest& request, const LanguageModel& model, const ModelText& text,
                             const Prompt& prompt) {
  if (request.response_file) {
    return {given_response(text, read_text(*request.response_file, "response")), {}};
  }
  GenerationLimits limits;
  limits.max_new_tokens = request.max_new_tokens;
  const bool reads_attention = request.method == Method::at2 || request.method == Method::average_attention;
  limits.trace = reads_attention ? KeepTrace::yes : KeepTrace::no;
  auto generations = generate_greedy(model, std::vector<std::vector<std::int64_t>>{prompt.tokens}, limits);
  return {decode_response(text.tokenizer, generations.front().tokens), std::move(generations.front().trace)};
}

Answer answer(const AttributeRequest& request, const Environment& environment) {
  const std::filesystem::path path = resolve_model_path(request.model);
  at::set_num_threads(threads_of_rank(request.threads, environment.local_size()));
  const Example example = make_example(request);
  const ModelText text = load_model_text(path);
  const std::int64_t longest = text.config.max_positions - request.max_new_tokens;
  const Prompt prompt = make_prompt(example, text.chat, text.tokenizer, longest);
  const std::string print = model_fingerprint(path);
  const auto estimator = estimator_for(request, print);
  const SentenceSplitter splitter(punkt_dir());

  Answer result;
  const ComputePlace place = choose_place({}, 0, stored_dtype(path));
  const auto cache = weight_cache_path({}, path, print, place);
  // Without room for the cache the weights are de-quantised each time.
  if (cache) static_cast<void>(make_weight_cache(*cache, path, text.config, place.dtype));
  const LanguageModel model = load_language_model(path, text.config, place, cache);
  TracedResponse written = make_response(request, model, text, prompt);
  const AttributionInput input = make_input(request.task, example, prompt, std::move(written.response), splitter);
  if (std::ssize(input.task.tokens) > text.config.max_positions) {
    throw UserError("context and response are too long",
                    std::to_string(input.task.tokens.size()) + " tokens, the model has " +
                        std::to_string(text.config.max_positions) + " positions",
                    "shorten them");
  }
  EvaluateOptions methods;
  methods.methods = {request.method};
  methods.esm_ablations = {request.num_ablations};
  MeasurementOptions measured;
  measured.num_surrogate_ablations = request.num_ablations;
  result.sources = sources_of(input, example, request.sources, splitter);
  Measurements measurements = Measurements(model, input.task, input.span, measured).with_sources(result.sources.tokens);
  if (written.trace) {
    const Timer timer;
    TokenAttention attention = attention_from_trace(text.config, *written.trace, measurements.task(), input.span);
    measurements.set_attention(std::move(attention), {0, 0, timer.seconds()});
  }
  result.scores_GS = make_attributors(methods, estimator).front()->attribute(measurements).scores_GS;
  result.model = model_name(path);
  result.task = request.task;
  result.targets = input.targets;
  result.method = to_text(request.method);
  return result;
}

std::string part(const std::string& text, const CharRange& range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

Json json_parts(const std::string& text, const std::vector<CharRange>& ranges) {
  const CodePointOffsets points(text);
  Json parts = Json::array();
  for (const CharRange& range : ranges) {
    const CharRange place = points.to_code_points(range);
    parts.push_back({{"text", part(text, range)}, {"begin", place.begin}, {"end", place.end}});
  }
  return parts;
}

std::string as_json(const Answer& answer) {
  Json scores = Json::array();
  for (std::int64_t g = 0; g < answer.scores_GS.size(0); ++g) {
    const at::Tensor row = answer.scores_GS.select(0, g).contiguous();
    scores.push_back(std::vector<double>(row.const_data_ptr<double>(), row.const_data_ptr<double>() + row.numel()));
  }
  Json json;
  json["model"] = answer.model;
  json["response"] = answer.targets.text;
  // Without thoughts it is the user's own context.
  if (answer.task == Task::thought) json["sources_text"] = answer.sources.text;
  json["sources"] = json_parts(answer.sources.text, answer.sources.chars);
  json["targets"] = json_parts(answer.targets.text, answer.targets.chars);
  json["scores"][answer.method] = std::move(scores);
  return json.dump(2) + "\n";
}

/// The best sources of a target with at least a fifth of the best score, best first.
std::vector<std::int64_t> best_sources(const at::Tensor& scores_S) {
  constexpr std::int64_t most = 3;
  constexpr double smallest_share = 0.2;
  const auto [values, order] = scores_S.sort(/*stable=*/true, 0, /*descending=*/true);
  std::vector<std::int64_t> best;
  for (std::int64_t i = 0; i < std::min(most, scores_S.numel()); ++i) {
    const double score = values[i].item<double>();
    if (score <= 0 || score < smallest_share * values[0].item<double>()) break;
    best.push_back(order[i].item<std::int64_t>());
  }
  return best;
}

std::string as_text(const Answer& answer) {
  std::ostringstream text;
  text << answer.targets.text << "\n";
  text.precision(3);
  for (std::size_t g = 0; g < answer.targets.chars.size(); ++g) {
    text << "\n> " << part(answer.targets.text, answer.targets.chars[g]) << "\n";
    const at::Tensor scores_S = answer.scores_GS.select(0, static_cast<std::int64_t>(g));
    const auto best = best_sources(scores_S);
    if (best.empty()) text << "  no source supports it\n";
    for (const std::int64_t source : best) {
      text << "  [" << source + 1 << "] " << scores_S[source].item<double>() << "  "
           << part(answer.sources.text, answer.sources.chars[static_cast<std::size_t>(source)]) << "\n";
    }
  }
  return text.str();
}

}  // namespace

void attribute_command(const AttributeRequest& request, Environment& environment, std::ostream& out) {
  if (environment.communicator().rank() != 0) return;
  try {
    const Answer result = answer(request, environment);
    out << (request.format == OutputFormat::json ? as_json(result) : as_text(result)) << std::flush;
  } catch (const RecordError& error) {
    throw UserError("cannot attribute", error.what(), "check --context and --response, or raise --max-new-tokens");
  }
}

}  // namespace at2
