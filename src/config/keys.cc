#include "config/keys.h"

#include <algorithm>
#include <cstdio>

#include "base/nearest_word.h"
#include "config/key_types.h"

#define AT2_FIELD(member) \
  [](RunOptions & o) -> auto& { return o.member; }

namespace at2 {
namespace {

using Count = IntRange<std::int64_t>;
using End = RealRange::End;

void add_model(std::vector<Key>& keys) {
  keys.push_back(scalar_key("model.path",
                            "GGUF file or Hugging Face folder, from the current directory; default = the model that "
                            "launch/setup fetched",
                            FreeText{"a path, or default"}, AT2_FIELD(model.path)));
  keys.push_back(scalar_key("model.device", "where the model runs; auto = a GPU where there is one",
                            EnumWord<DeviceChoice>{}, AT2_FIELD(model.device)));
  keys.push_back(scalar_key("model.dtype",
                            "arithmetic of the model; auto = float32 on a CPU, the checkpoint's on a GPU",
                            EnumWord<DtypeChoice>{}, AT2_FIELD(model.dtype)));
  keys.push_back(scalar_key("model.threads", "threads of each rank; 0 = cores of the node divided by its ranks",
                            Count{0, 4096}, AT2_FIELD(model.threads)));
  keys.push_back(scalar_key("model.weight_cache",
                            "folder for de-quantised weights, which the ranks of a machine share; auto = the user's "
                            "cache folder; none = every rank has its own copy",
                            FreeText{"a folder, auto or none"}, AT2_FIELD(model.weight_cache)));
  keys.push_back(scalar_key("model.title", "the model's name in tables and figures; empty = that of its file or folder",
                            FreeText{"a text"}, AT2_FIELD(model.title)));
}

template <typename Field>
void add_dataset(std::vector<Key>& keys, const std::string& section, const std::string& use, Field dataset) {
  keys.push_back(scalar_key(
      section + ".format", "native format of the data set " + use,
      EnumWord<DatasetFormat>{}, [dataset](RunOptions & o) -> auto& { return dataset(o).format; }));
  keys.push_back(scalar_key(
      section + ".path", "file, folder or pattern of files " + use + ", from the current directory; empty = none",
      FreeText{"a path"}, [dataset](RunOptions & o) -> auto& { return dataset(o).path; }));
  keys.push_back(scalar_key(
      section + ".max_examples", "examples taken from it, chosen by the seed; 0 = all",
      Count{.low = 0}, [dataset](RunOptions & o) -> auto& { return dataset(o).max_examples; }));
  keys.push_back(scalar_key(
      section + ".max_prompt_characters",
      "records with a longer prompt are left out; 0 = as the paper does for the format",
      Count{.low = 0}, [dataset](RunOptions & o) -> auto& { return dataset(o).max_prompt_characters; }));
  keys.push_back(scalar_key(
      section + ".prompt_template",
      "user message with {context} or {passages}, {query}, and {options} where there are; empty = the paper's for the "
      "format",
      FreeText{"a text"}, [dataset](RunOptions & o) -> auto& { return dataset(o).prompt_template; }));
  keys.push_back(scalar_key(
      section + ".prompt_template_without_context", "the same for records without a context",
      FreeText{"a text"}, [dataset](RunOptions & o) -> auto& { return dataset(o).prompt_template_without_context; }));
  keys.push_back(scalar_key(
      section + ".part",
      "whole = all usable records; train = data.train_part_examples of them, chosen by the seed; evaluation = the "
      "others; auto = this set's own part of a format with one split (global_opinions), else whole",
      EnumWord<DatasetPart>{}, [dataset](RunOptions & o) -> auto& { return dataset(o).part; }));
  keys.push_back(scalar_key(
      section + ".title",
      "the data set's name in tables and figures; empty = that of the format, or of the file for jsonl",
      FreeText{"a text"}, [dataset](RunOptions & o) -> auto& { return dataset(o).title; }));
}

void add_data(std::vector<Key>& keys) {
  add_dataset(keys, "data.train", "that theta is trained on", AT2_FIELD(data.train));
  add_dataset(keys, "data.evaluation", "that the methods are evaluated on", AT2_FIELD(data.evaluation));
  keys.push_back(scalar_key("data.max_bad_fraction", "the run ends when more than this share of records is unusable",
                            RealRange{.high = 1, .high_end = End::included}, AT2_FIELD(data.max_bad_fraction)));
  keys.push_back(scalar_key("data.train_part_examples", "size of the part train", Count{.low = 1},
                            AT2_FIELD(data.train_part_examples)));
}

void add_generate(std::vector<Key>& keys) {
  keys.push_back(scalar_key("generate.max_new_tokens", "longest response, in tokens", Count{.low = 1},
                            AT2_FIELD(generate.max_new_tokens)));
  keys.push_back(
      scalar_key("generate.batch_size", "prompts decoded together", Count{.low = 1}, AT2_FIELD(generate.batch_size)));
}

void add_ablate(std::vector<Key>& keys) {
  keys.push_back(scalar_key("ablate.sources", "what is hidden or kept as one when theta is trained",
                            EnumWord<SourceKind>{}, AT2_FIELD(ablate.sources)));
  keys.push_back(scalar_key("ablate.num_ablations", "ablations of each training example", Count{.low = 2},
                            AT2_FIELD(ablate.num_ablations)));
  keys.push_back(scalar_key("ablate.keep_probability", "probability that an ablation keeps a source",
                            RealRange{.low_end = End::excluded, .high = 1}, AT2_FIELD(ablate.keep_probability)));
  keys.push_back(scalar_key("ablate.mask_seeding",
                            "per_example: every example has masks of its own; reference: those of the paper's code",
                            EnumWord<MaskSeeding>{}, AT2_FIELD(ablate.mask_seeding)));
  keys.push_back(scalar_key("ablate.mask_design",
                            "antithetic: every second ablation keeps what the one before it hides",
                            EnumWord<MaskDesign>{}, AT2_FIELD(ablate.mask_design)));
  keys.push_back(scalar_key("ablate.feature_dtype", "how features are stored", EnumWord<FeatureDtype>{},
                            AT2_FIELD(ablate.feature_dtype)));
  keys.push_back(
      list_key("ablate.features",
               "what theta weighs of every head: its attention (the paper's), or attention times what the "
               "head writes for a source (value_norm) or times what that adds to the logit of the next token "
               "(logit_contribution); a list trains on several at once",
               EnumWord<Feature>{}, Order::any, AT2_FIELD(ablate.features)));
}

void add_train(std::vector<Key>& keys) {
  keys.push_back(scalar_key("train.steps", "optimizer steps", Count{.low = 1}, AT2_FIELD(train.steps)));
  keys.push_back(scalar_key("train.batch_size",
                            "examples of a step, one target sentence each; with fewer examples, all of them",
                            Count{.low = 1}, AT2_FIELD(train.batch_size)));
  keys.push_back(scalar_key("train.learning_rate", "Adam's rate at the start, falling to 0 as a cosine",
                            RealRange{.low_end = End::excluded}, AT2_FIELD(train.learning_rate)));
  keys.push_back(scalar_key("train.gradient_clip", "largest norm of a gradient", RealRange{.low_end = End::excluded},
                            AT2_FIELD(train.gradient_clip)));
  keys.push_back(scalar_key("train.prior_strength",
                            "how strongly theta is drawn to all heads alike; 0 = not at all, as in the paper",
                            RealRange{}, AT2_FIELD(train.prior_strength)));
  keys.push_back(list_key("train.prior_candidates",
                          "strengths of the prior, of which that is taken whose theta fits left-out quarters of the "
                          "training examples best; [] = train.prior_strength is taken",
                          RealRange{}, Order::ascending, AT2_FIELD(train.prior_candidates), Empty::allowed));
  keys.push_back(scalar_key("train.validation_fraction",
                            "share of the training examples that choose the best step instead of being trained on; 0 = "
                            "the last step is taken, as in the paper",
                            RealRange{.high = 0.9}, AT2_FIELD(train.validation_fraction)));
  keys.push_back(scalar_key("train.sparse_heads",
                            "attention heads that theta weighs, chosen by a first training on all; attribution reads "
                            "only these; 0 = all, as in the paper",
                            Count{.low = 0}, AT2_FIELD(train.sparse_heads)));
  keys.push_back(list_key("train.features",
                          "of ablate.features, what theta weighs; [] = all of them, so that several thetas can be "
                          "trained on what was measured once",
                          EnumWord<Feature>{}, Order::any, AT2_FIELD(train.features), Empty::allowed));
  keys.push_back(scalar_key("train.max_examples", "training examples that are used, the first ones; 0 = all",
                            Count{.low = 0}, AT2_FIELD(train.max_examples)));
  keys.push_back(scalar_key("train.max_ablations", "ablations of each example that are used, the first ones; 0 = all",
                            Count{.low = 0}, AT2_FIELD(train.max_ablations)));
  keys.push_back(scalar_key("train.cache_gb",
                            "memory of each rank for features that it has read, in 10^9 bytes; auto = a quarter of the "
                            "machine's free memory, shared by its ranks",
                            RealOrAuto{}, AT2_FIELD(train.cache_gb)));
}

void add_evaluate(std::vector<Key>& keys) {
  keys.push_back(list_key("evaluate.sources", "kinds of sources that every method is evaluated on; [] = no evaluation",
                          EnumWord<SourceKind>{}, Order::any, AT2_FIELD(evaluate.sources), Empty::allowed));
  keys.push_back(list_key("evaluate.methods", "attribution methods, in the order of the table", EnumWord<Method>{},
                          Order::any, AT2_FIELD(evaluate.methods)));
  keys.push_back(scalar_key("evaluate.lds_ablations", "fresh ablations of each example for the LDS", Count{.low = 2},
                            AT2_FIELD(evaluate.lds_ablations)));
  keys.push_back(list_key("evaluate.esm_ablations", "ablations that esm is fitted on, one row each", Count{.low = 2},
                          Order::ascending, AT2_FIELD(evaluate.esm_ablations)));
  keys.push_back(
      scalar_key("evaluate.esm_lambda", "strength of esm's L1 penalty", RealRange{}, AT2_FIELD(evaluate.esm_lambda)));
  keys.push_back(list_key("evaluate.top_k", "numbers of top sources ablated for the log-probability drop",
                          Count{.low = 1}, Order::ascending, AT2_FIELD(evaluate.top_k)));
  keys.push_back(scalar_key("evaluate.bootstrap_samples", "resamples of the examples for intervals", Count{.low = 1},
                            AT2_FIELD(evaluate.bootstrap_samples)));
  keys.push_back(scalar_key("evaluate.general_estimator",
                            "estimator.h5, or a run folder with one, that at2_general takes theta from",
                            FreeText{"a path"}, AT2_FIELD(evaluate.general_estimator)));
  keys.push_back(list_key("evaluate.estimators",
                          "more estimators, of other runs on this model, that have a row each, named after the run: "
                          "estimator.h5 files or run folders",
                          FreeText{"a path"}, Order::any, AT2_FIELD(evaluate.estimators), Empty::allowed));
  keys.push_back(scalar_key("evaluate.store_features",
                            "keep the sources' features, on which at2 lds tries other estimators without the model",
                            TrueOrFalse{}, AT2_FIELD(evaluate.store_features)));
}

void add_prune(std::vector<Key>& keys) {
  keys.push_back(scalar_key("prune.sources", "parts of the context that are kept or taken out of its text",
                            EnumWord<SourceKind>{}, AT2_FIELD(prune.sources)));
  keys.push_back(list_key("prune.methods", "attribution methods that choose the sources to keep", EnumWord<Method>{},
                          Order::any, AT2_FIELD(prune.methods)));
  keys.push_back(list_key("prune.kept", "numbers of best sources that the model answers from again; [] = no pruning",
                          Count{.low = 1}, Order::ascending, AT2_FIELD(prune.kept), Empty::allowed));
  keys.push_back(scalar_key("prune.unmarked",
                            "what a response without \"Final answer:\" counts as: empty = no answer, as in the paper; "
                            "response = all of it, for models that do not heed the format",
                            EnumWord<UnmarkedAnswer>{}, AT2_FIELD(prune.unmarked)));
}

void add_bench(std::vector<Key>& keys) {
  keys.push_back(scalar_key("bench.examples", "evaluation examples that at2 bench-attribution times", Count{.low = 1},
                            AT2_FIELD(bench.examples)));
  keys.push_back(scalar_key("bench.repeats", "times that each operation is timed on an example, in turns",
                            Count{.low = 1}, AT2_FIELD(bench.repeats)));
  keys.push_back(scalar_key("bench.sources", "what esm hides there", EnumWord<SourceKind>{}, AT2_FIELD(bench.sources)));
}

std::vector<Key> make_keys() {
  std::vector<Key> keys;
  keys.push_back(scalar_key("name", "name of the run and of its folder in runs/; empty = the config file's stem",
                            FolderName{}, AT2_FIELD(name)));
  keys.push_back(
      scalar_key("seed", "number that every random choice depends on", IntRange<std::uint64_t>{}, AT2_FIELD(seed)));
  keys.push_back(scalar_key("task",
                            "context: responses are attributed to parts of the context; thought: answers to parts of "
                            "the thoughts before them, and of the context where there is one",
                            EnumWord<Task>{}, AT2_FIELD(task)));
  add_model(keys);
  add_data(keys);
  add_generate(keys);
  add_ablate(keys);
  add_train(keys);
  add_evaluate(keys);
  add_prune(keys);
  add_bench(keys);
  keys.push_back(scalar_key("report.highlight_threshold", "scores below this share of the largest are not highlighted",
                            RealRange{.high = 1, .high_end = End::included}, AT2_FIELD(report.highlight_threshold)));
  keys.push_back(scalar_key("report.interval", "share of the bootstrap resamples that lie in an interval",
                            RealRange{.low_end = End::excluded, .high = 1}, AT2_FIELD(report.interval)));
  keys.push_back(scalar_key("report.max_examples",
                            "examples shown in report.html, at most; fewer where it would exceed 4.5 MB",
                            Count{.low = 0}, AT2_FIELD(report.max_examples)));
  keys.push_back(
      scalar_key("comm.silence_seconds",
                 "a rank that has not answered for so long (a stopped process, a hung machine) ends the run; "
                 "0 = never",
                 RealRange{}, AT2_FIELD(comm.silence_seconds)));
  keys.push_back(scalar_key("comm.backend",
                            "what sums gradients over ranks; nccl = between GPUs, one for each rank; auto = nccl where "
                            "it can be used, else mpi; the sums are the same to the bit",
                            EnumWord<CommBackend>{}, AT2_FIELD(comm.backend)));
  keys.push_back(scalar_key("store.chunk_size", "examples of a unit of work, and of what a crash can lose",
                            Count{.low = 1}, AT2_FIELD(store.chunk_size)));
  keys.push_back(
      scalar_key("store.allow_device_mix",
                 "whether a run may go on with another device, dtype or CPU instruction set; its values then "
                 "agree within tolerances, not to the bit",
                 TrueOrFalse{}, AT2_FIELD(store.allow_device_mix)));
  keys.push_back(scalar_key("store.shared",
                            "folder in which runs keep what they have in common (responses, ablations, estimators, "
                            "scores), each computed once; empty = every run keeps its own",
                            FreeText{"a folder"}, AT2_FIELD(store.shared)));
  keys.push_back(scalar_key("store.claim_seconds",
                            "of several processes on one run folder, one whose claim to a chunk has not changed for so "
                            "long is taken for dead, and its chunk is computed by another",
                            RealRange{.low_end = End::excluded}, AT2_FIELD(store.claim_seconds)));
  return keys;
}

std::string_view last_word(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::vector<std::string> keys_and_sections() {
  std::vector<std::string> paths{"base"};
  for (const Key& key : all_keys()) {
    for (std::size_t dot = key.path.find('.'); dot != std::string::npos; dot = key.path.find('.', dot + 1)) {
      const std::string section = key.path.substr(0, dot);
      if (std::find(paths.begin(), paths.end(), section) == paths.end()) paths.push_back(section);
    }
    paths.push_back(key.path);
  }
  return paths;
}

std::string quoted(std::string_view text) {
  std::string yaml = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      yaml.append({'\\', character});
    } else if (character == '\n') {
      yaml += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\x%02X", byte);
      yaml += escape;
    } else {
      yaml += character;
    }
  }
  return yaml + "\"";
}

}  // namespace

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = make_keys();
  return keys;
}

const Key* find_key(std::string_view path) {
  const auto& keys = all_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [path](const Key& key) { return key.path == path; });
  return found == keys.end() ? nullptr : &*found;
}

bool is_section(std::string_view path) {
  const std::string start = std::string(path) + ".";
  const auto& keys = all_keys();
  return std::any_of(keys.begin(), keys.end(), [&start](const Key& key) { return key.path.starts_with(start); });
}

std::string members_of_section(std::string_view path) {
  const std::string start = path.empty() ? "" : std::string(path) + ".";
  std::string members;
  std::string previous;
  for (const Key& key : all_keys()) {
    if (!key.path.starts_with(start)) continue;
    const std::string member = key.path.substr(start.size(), key.path.find('.', start.size()) - start.size());
    if (member != previous) members.append(members.empty() ? "" : ", ").append(member);
    previous = member;
  }
  return members;
}

std::string to_yaml(const Value& value) {
  const auto written = [&](const std::string& word) {
    return value.quotes == Value::Quotes::present ? quoted(word) : word;
  };
  if (value.shape == Value::Shape::scalar) return written(value.words.front());
  std::string list = "[";
  for (const std::string& word : value.words) list.append(list.size() == 1 ? "" : ", ").append(written(word));
  return list + "]";
}

std::string nearest_key(std::string_view wrong) {
  std::string nearest;
  std::size_t smallest = 0;
  for (const std::string& path : keys_and_sections()) {
    // A known word in the wrong section beats any likeness of letters; among such words, letters decide.
    const std::size_t elsewhere = last_word(path) == last_word(wrong) ? 0 : 1000;
    const std::size_t distance = elsewhere + edit_distance(wrong, path);
    if (nearest.empty() || distance < smallest) {
      nearest = path;
      smallest = distance;
    }
  }
  return nearest;
}

}  // namespace at2
