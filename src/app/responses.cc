#include "app/responses.h"

#include <map>
#include <utility>

#include "app/stages.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "text/prompt_ends.h"

namespace at2 {
namespace {

/// "2 x empty context, 1 x unfinished thought"
std::string reasons_of(const std::vector<StoredResponse>& responses) {
  std::map<std::string, std::int64_t> reasons;
  for (const StoredResponse& response : responses) {
    if (!response.skipped.empty()) ++reasons[response.skipped];
  }
  std::string text;
  for (const auto& [reason, count] : reasons) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " + reason;
  }
  return text;
}

void check_skipped(const Session& session, const Corpus& corpus, const std::vector<StoredResponse>& responses) {
  std::int64_t skipped = 0;
  std::int64_t faulty = 0;
  for (const StoredResponse& response : responses) {
    if (response.skipped.empty()) continue;
    ++skipped;
    if (!response.by_model) ++faulty;
  }
  const std::string text = reasons_of(responses);
  const auto total = std::ssize(responses);
  const double bearable = session.options.data.max_bad_fraction * static_cast<double>(total);
  if (static_cast<double>(faulty) > bearable) {
    throw UserError(std::to_string(faulty) + " of " + std::to_string(total) + " examples of " + corpus.options.path +
                        " cannot be used",
                    text,
                    "mend the data set, or raise data.max_bad_fraction (" +
                        std::to_string(session.options.data.max_bad_fraction) + ")");
  }
  if (skipped == total && total > 0) {
    throw UserError("no example of " + corpus.options.path + " can be used", text,
                    faulty == total
                        ? "mend the data set"
                        : "let the model write more (generate.max_new_tokens is " +
                              std::to_string(session.options.generate.max_new_tokens) + "), or use one that thinks");
  }
  if (skipped > 0) session.log.say(std::string(to_text(corpus.split)) + " examples left out: " + text);
}

}  // namespace

void write_response(ShardWriter& writer, const StoredResponse& response, const Example& example,
                    const std::string& text) {
  const std::string group = example_group(response.example);
  writer.write_attribute(group, "id", example.id);
  writer.write_attribute(group, "skipped", response.skipped);
  writer.write_attribute(group, "by_model", response.by_model ? 1 : 0);
  writer.write_attribute(group, "ended", response.ended ? 1 : 0);
  writer.write(group + "/tokens", at::tensor(response.tokens, at::kLong));
  writer.write_text(group + "/text", text);
}

std::vector<StoredResponse> read_responses(const Session& session, const Inputs& inputs, Split split) {
  const Corpus& corpus = inputs.corpus(split);
  const Chunking chunking = chunking_of(session, corpus);
  const ChunkStage stage = responses_of(session, inputs, split, chunking);
  return agreed(session.communicator(), [&] {
    std::vector<StoredResponse> responses;
    for (const std::filesystem::path& path : finished_shards(stage, "at2 generate")) {
      const ShardReader shard(path);
      const ExampleRange range = chunking.examples_of(shard.header().chunk);
      for (std::int64_t e = range.begin; e < range.end; ++e) {
        const std::string group = example_group(e);
        const at::Tensor tokens = shard.read(group + "/tokens");
        const auto* first = tokens.const_data_ptr<std::int64_t>();
        responses.push_back({e,
                             shard.text_attribute(group, "skipped"),
                             shard.int_attribute(group, "by_model") != 0,
                             {first, first + tokens.numel()},
                             shard.int_attribute(group, "ended") != 0});
      }
    }
    check_skipped(session, corpus, responses);
    return responses;
  });
}

Response given_response(const ModelText& text, const std::string& response) {
  return encode_response(text.tokenizer, without_repeated_opening(response, text.chat));
}

Prompt prompt_of(const Session& session, const Inputs& inputs, const Example& example) {
  return make_prompt(example, inputs.text.chat, inputs.text.tokenizer,
                     max_prompt_tokens(session.options, inputs.text.config));
}

void join_targets(AttributionTask& task) { task.targets = {{task.targets.front().begin, task.targets.back().end}}; }

AttributionInput make_input(Task task, const Example& example, Prompt prompt, Response response,
                            const SentenceSplitter& splitter) {
  AttributionInput input{std::move(prompt), std::move(response), {}, {}, {}, {}};
  const auto first = std::ssize(input.prompt.tokens);
  if (task == Task::thought) {
    input.thought = find_thought(example, input.prompt, input.response, ResponseEnd::reached);
    input.targets = split_answer(input.response, *input.thought, splitter);
    const bool bare = input.prompt.context_tokens.size() == 0;
    input.span = {bare ? first + input.thought->thought_tokens.begin : input.prompt.context_tokens.begin,
                  first + input.thought->thought_tokens.end};
  } else {
    input.targets = split_targets(input.response, splitter);
    input.span = input.prompt.context_tokens;
  }
  input.task.example_id = example.id;
  input.task.tokens = input.prompt.tokens;
  input.task.tokens.insert(input.task.tokens.end(), input.response.tokens.begin(), input.response.tokens.end());
  for (const TokenRange& target : input.targets.tokens) {
    input.task.targets.push_back({first + target.begin, first + target.end});
  }
  return input;
}

AttributionInput make_input(const Session& session, const Inputs& inputs, const Example& example,
                            const StoredResponse& stored) {
  Prompt prompt = prompt_of(session, inputs, example);
  // A given text need not come back from its tokens as it was, down to the last space.
  Response response = example.response ? given_response(inputs.text, *example.response)
                                       : decode_response(inputs.text.tokenizer, stored.tokens);
  return make_input(session.options.task, example, std::move(prompt), std::move(response), inputs.splitter);
}

Sources sources_of(const AttributionInput& input, const Example& example, SourceKind kind,
                   const SentenceSplitter& splitter) {
  if (!input.thought) return split_sources(example, input.prompt, kind, splitter);
  return split_thought_sources(input.prompt, input.response, *input.thought, kind, splitter);
}

}  // namespace at2
