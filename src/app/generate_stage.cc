#include "app/responses.h"
#include "app/stages.h"
#include "base/errors.h"
#include "base/timer.h"
#include "data/characters.h"
#include "model/generate.h"

namespace at2 {
namespace {

/// A prompt, or why there is none, and what is attributed instead of a generated response.
struct Candidate {
  std::int64_t example = 0;
  Prompt prompt;
  std::string skipped;
  std::optional<Response> given;
  [[nodiscard]] bool wants_response() const { return skipped.empty() && !given; }
};

/// \throws RecordError if it is longer than a generated response may be (the prompt leaves room for no more), or not of
///         the task's form
Response checked_response(const Session& session, const Inputs& inputs, const Example& example, const Prompt& prompt) {
  Response response = given_response(inputs.text, *example.response);
  const std::int64_t most = session.options.generate.max_new_tokens;
  if (std::ssize(response.tokens) > most) {
    throw RecordError(
        "response longer than generate.max_new_tokens",
        example.id + ": " + std::to_string(response.tokens.size()) + " tokens, " + std::to_string(most) + " allowed");
  }
  if (session.options.task == Task::thought) {
    static_cast<void>(find_thought(example, prompt, response, ResponseEnd::reached));
  }
  return response;
}

/// \throws RecordError saying why a generated response is left out
void check_generated(Task task, const Example& example, const Prompt& prompt, const Response& response,
                     ResponseEnd end) {
  if (task == Task::thought) {
    static_cast<void>(find_thought(example, prompt, response, end));
  } else if (strip(response.text).empty()) {
    throw RecordError("empty response", example.id);
  }
}

Candidate make_candidate(const Session& session, const Inputs& inputs, const Corpus& corpus, std::int64_t index) {
  Candidate candidate{index, {}, {}, {}};
  const Example& example = corpus.examples[static_cast<std::size_t>(index)];
  try {
    candidate.prompt = prompt_of(session, inputs, example);
    if (example.response) candidate.given = checked_response(session, inputs, example, candidate.prompt);
  } catch (const RecordError& error) {
    candidate.skipped = error.reason();
    session.log.warn(error.what());
  }
  return candidate;
}

/// What is stored of a generation: its text, and whether it can be used.
std::string keep_generation(const Session& session, const Inputs& inputs, const Example& example,
                            const Candidate& candidate, const Generation& generation, StoredResponse& stored) {
  stored.tokens = generation.tokens;
  stored.ended = generation.ended;
  Response response = decode_response(inputs.text.tokenizer, generation.tokens);
  try {
    check_generated(session.options.task, example, candidate.prompt, response,
                    generation.ended ? ResponseEnd::reached : ResponseEnd::cut_off);
  } catch (const RecordError& error) {
    stored.skipped = error.reason();
    stored.by_model = session.options.task == Task::thought;
    session.log.warn(error.what());
  }
  return std::move(response.text);
}

/// Responses to one chunk of examples.
std::int64_t generate_chunk(const Session& session, const Inputs& inputs, const LanguageModel& model,
                            const Corpus& corpus, const ExampleRange& range, ShardWriter& writer) {
  std::vector<Candidate> candidates;
  std::vector<std::vector<std::int64_t>> prompts;
  for (std::int64_t e = range.begin; e < range.end; ++e) {
    candidates.push_back(make_candidate(session, inputs, corpus, e));
    if (candidates.back().wants_response()) prompts.push_back(candidates.back().prompt.tokens);
  }
  GenerationLimits limits;
  limits.max_new_tokens = session.options.generate.max_new_tokens;
  limits.batch_size = session.options.generate.batch_size;
  const std::vector<Generation> generations = generate_greedy(model, prompts, limits);
  std::size_t next = 0;
  for (const Candidate& candidate : candidates) {
    const Example& example = corpus.examples[static_cast<std::size_t>(candidate.example)];
    StoredResponse stored;
    stored.example = candidate.example;
    stored.skipped = candidate.skipped;
    std::string text;
    if (candidate.given) {
      stored.tokens = candidate.given->tokens;
      stored.ended = true;
      text = candidate.given->text;
    } else if (candidate.wants_response()) {
      text = keep_generation(session, inputs, example, candidate, generations[next++], stored);
    }
    write_response(writer, stored, example, text);
  }
  return std::ssize(generations);
}

}  // namespace

StageEffort generate_stage(const Session& session, const Inputs& inputs, LazyModel& model) {
  const Timer timer;
  StageEffort effort;
  for (const Split split : {Split::train, Split::evaluation}) {
    const Corpus& corpus = inputs.corpus(split);
    const Chunking chunking = chunking_of(session, corpus);
    const ChunkStage stage = responses_of(session, inputs, split, chunking);
    if (count_missing(session, stage) == 0) continue;
    const LanguageModel& weights = model.get();
    effort.end = run_chunks(session, stage, [&](std::int64_t chunk, ShardWriter& writer) {
      effort.forward_passes +=
          static_cast<double>(generate_chunk(session, inputs, weights, corpus, chunking.examples_of(chunk), writer));
    });
    if (effort.end == StageEnd::stopped) break;
  }
  effort.seconds = timer.seconds();
  return total_effort(session, effort);
}

}  // namespace at2
