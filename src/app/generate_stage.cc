#include "app/responses.h"
#include "app/stages.h"
#include "base/errors.h"
#include "base/timer.h"
#include "model/generate.h"

namespace at2 {
namespace {

/// A prompt, or why there is none, and what is attributed instead of a generated response.
struct Candidate {
  std::int64_t example = 0;
  std::vector<std::int64_t> tokens;
  std::string skipped;
  std::optional<Response> given;
  [[nodiscard]] bool wants_response() const { return skipped.empty() && !given; }
};

/// \throws RecordError if it is longer than a generated response may be: the prompt leaves room for no more
Response given_response(const Session& session, const Inputs& inputs, const Example& example) {
  Response response = encode_response(inputs.text.tokenizer, *example.response);
  const std::int64_t most = session.options.generate.max_new_tokens;
  if (std::ssize(response.tokens) > most) {
    throw RecordError(
        "response longer than generate.max_new_tokens",
        example.id + ": " + std::to_string(response.tokens.size()) + " tokens, " + std::to_string(most) + " allowed");
  }
  return response;
}

Candidate make_candidate(const Session& session, const Inputs& inputs, const Corpus& corpus, std::int64_t index) {
  Candidate candidate{index, {}, {}, {}};
  const Example& example = corpus.examples[static_cast<std::size_t>(index)];
  try {
    candidate.tokens = make_prompt(example, inputs.text.chat, inputs.text.tokenizer,
                                   max_prompt_tokens(session.options, inputs.text.config))
                           .tokens;
    if (example.response) candidate.given = given_response(session, inputs, example);
  } catch (const RecordError& error) {
    candidate.skipped = error.reason();
    session.log.warn(error.what());
  }
  return candidate;
}

/// Responses to one chunk of examples.
std::int64_t generate_chunk(const Session& session, const Inputs& inputs, const LanguageModel& model,
                            const Corpus& corpus, const ExampleRange& range, ShardWriter& writer) {
  std::vector<Candidate> candidates;
  std::vector<std::vector<std::int64_t>> prompts;
  for (std::int64_t e = range.begin; e < range.end; ++e) {
    candidates.push_back(make_candidate(session, inputs, corpus, e));
    if (candidates.back().wants_response()) prompts.push_back(candidates.back().tokens);
  }
  GenerationLimits limits;
  limits.max_new_tokens = session.options.generate.max_new_tokens;
  limits.batch_size = session.options.generate.batch_size;
  const std::vector<Generation> generations = generate_greedy(model, prompts, limits);
  std::int64_t passes = 0;
  std::size_t next = 0;
  for (const Candidate& candidate : candidates) {
    const Example& example = corpus.examples[static_cast<std::size_t>(candidate.example)];
    StoredResponse response{candidate.example, candidate.skipped, {}, false};
    std::string text;
    if (candidate.given) {
      response.tokens = candidate.given->tokens;
      response.ended = true;
      text = candidate.given->text;
    } else if (candidate.wants_response()) {
      const Generation& generation = generations[next++];
      response.tokens = generation.tokens;
      response.ended = generation.ended;
      text = inputs.text.tokenizer.decode(generation.tokens, SkipSpecial::no);
      if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        response.skipped = "empty response";
        session.log.warn("empty response (" + example.id + ")");
      }
      ++passes;
    }
    write_response(writer, response, example, text);
  }
  return passes;
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
    run_chunks(session, stage, [&](std::int64_t chunk, ShardWriter& writer) {
      effort.forward_passes +=
          static_cast<double>(generate_chunk(session, inputs, weights, corpus, chunking.examples_of(chunk), writer));
    });
  }
  effort.seconds = timer.seconds();
  return total_effort(session, effort);
}

}  // namespace at2
