#include <algorithm>

#include "ablation/keep_masks.h"
#include "base/deps.h"
#include "base/errors.h"
#include "data/prompt.h"
#include "data/readers.h"
#include "model/pretrained.h"
#include "workload.h"

namespace at2::benchmarks {
namespace {

constexpr std::int64_t most_prompt_tokens = 4096;
constexpr std::int64_t token_ablations = 32;
constexpr std::int64_t sentence_ablations = 256;

std::vector<Example> read_all(const std::filesystem::path& file) {
  DatasetOptions options;
  options.path = file.string();
  ReadReport report;
  return read_examples(options, ReadRules{}, report);
}

AblationSet make_ablations(const Example& example, const Prompt& prompt, SourceKind kind,
                           const SentenceSplitter& splitter, std::int64_t count) {
  AblationSet ablations;
  ablations.sources = split_sources(example, prompt, kind, splitter).tokens;
  MaskOptions options;
  options.num_ablations = count;
  ablations.keep_MS = random_keep_masks(example.id, std::ssize(ablations.sources), options);
  return ablations;
}

/// The sequence that is attributed, with all that is asked of it.
void add_attributed(Workload& workload, const Example& example, const ModelText& text) {
  if (!example.answer) {
    throw UserError("the attributed record has no response", example.id, "give it the key \"response\"");
  }
  const SentenceSplitter splitter(punkt_dir());
  const Prompt prompt = make_prompt(example, text.chat, text.tokenizer, most_prompt_tokens);
  const Response response = encode_response(text.tokenizer, *example.answer);
  const auto first = std::ssize(prompt.tokens);
  workload.task.example_id = example.id;
  workload.task.tokens = prompt.tokens;
  workload.task.tokens.insert(workload.task.tokens.end(), response.tokens.begin(), response.tokens.end());
  for (const TokenRange& target : split_targets(response, splitter).tokens) {
    workload.task.targets.push_back({first + target.begin, first + target.end});
  }
  workload.context = prompt.context_tokens;
  workload.response = {first, std::ssize(workload.task.tokens)};
  workload.token = make_ablations(example, prompt, SourceKind::token, splitter, token_ablations);
  workload.sentence = make_ablations(example, prompt, SourceKind::sentence, splitter, sentence_ablations);
}

}  // namespace

Workload make_workload(const std::filesystem::path& texts, const std::filesystem::path& model) {
  const ModelText text = load_model_text(model);
  Workload workload;
  add_attributed(workload, read_all(texts / "attributed.jsonl").front(), text);
  for (const Example& example : read_all(texts / "prompts.jsonl")) {
    workload.prompts.push_back(make_prompt(example, text.chat, text.tokenizer, most_prompt_tokens).tokens);
  }
  const auto longest = std::max_element(workload.prompts.begin(), workload.prompts.end(),
                                        [](const auto& a, const auto& b) { return a.size() < b.size(); });
  workload.single_prompt = static_cast<std::size_t>(longest - workload.prompts.begin());
  return workload;
}

}  // namespace at2::benchmarks
