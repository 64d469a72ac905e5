#include "app/responses.h"
#include "app/stages.h"
#include "base/errors.h"
#include "base/timer.h"
#include "model/generate.h"

namespace at2 {
namespace {

/// A prompt, or why there is none.
struct Candidate {
  std::int64_t example = 0;
  std::vector<std::int64_t> tokens;
  std::string skipped;
};

Candidate make_candidate(const Session& session, const Inputs& inputs, const Corpus& corpus, std::int64_t example) {
  Candidate candidate{example, {}, {}};
  try {
    candidate.tokens = make_prompt(corpus.examples[static_cast<std::size_t>(example)], inputs.text.chat,
                                   inputs.text.tokenizer, max_prompt_tokens(session.options, inputs.text.config))
                           .tokens;
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
    if (candidates.back().skipped.empty()) prompts.push_back(candidates.back().tokens);
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
    if (candidate.skipped.empty()) {
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
