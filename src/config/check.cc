#include "config/check.h"

#include <algorithm>

#include "config/enum_text.h"
#include "config/keys.h"

namespace at2 {
namespace {

template <typename Item>
bool contains(const std::vector<Item>& items, Item wanted) {
  return std::find(items.begin(), items.end(), wanted) != items.end();
}

std::optional<Fault> impossible_value(const RunOptions& options) {
  RunOptions scratch;
  for (const Key& key : all_keys()) {
    const Value value = key.value(options);
    if (!key.assign(scratch, value)) {
      return Fault{key.path, key.path + " is " + to_yaml(value), "expected " + key.expected, "correct the value"};
    }
  }
  return std::nullopt;
}

bool has_passages(DatasetFormat format) {
  return format == DatasetFormat::hotpotqa || format == DatasetFormat::ms_marco || format == DatasetFormat::jsonl;
}

std::optional<Fault> training_fault(const RunOptions& options) {
  for (const Feature feature : options.train.features) {
    if (contains(options.ablate.features, feature)) continue;
    return Fault{"train.features", "train.features has " + std::string(to_text(feature)),
                 "ablate.features, which says what is measured, has not",
                 "add it to ablate.features, or take it out of train.features"};
  }
  if (!options.train.prior_candidates.empty() && options.train.prior_strength != 0) {
    return Fault{"train.prior_strength", "train.prior_strength and train.prior_candidates are both set",
                 "the strength is either given or chosen", "take one of them out"};
  }
  const std::int64_t examples = options.data.train.max_examples;
  if (examples != 0 && options.train.max_examples > examples) {
    return Fault{"train.max_examples", "train.max_examples is " + std::to_string(options.train.max_examples),
                 "data.train.max_examples is " + std::to_string(examples), "use no more than that, or 0 for all"};
  }
  const std::int64_t most = options.ablate.num_ablations;
  const std::int64_t ablations = options.train.max_ablations;
  if (ablations == 0 || (ablations >= 2 && ablations <= most)) return std::nullopt;
  return Fault{"train.max_ablations", "train.max_ablations is " + std::to_string(ablations),
               ablations == 1 ? "one ablation has no correlation" : "ablate.num_ablations is " + std::to_string(most),
               "use a number from 2 to " + std::to_string(most) + ", or 0 for all"};
}

Fault no_passages(const std::string& key, const std::string& format_key, DatasetFormat format) {
  return {key, key + " has passage", format_key + " " + std::string(to_text(format)) + " has no passages",
          "use token, word, sentence or paragraph, or a data set with passages"};
}

/// The key whose methods include `method`, of a stage that the config asks for; or "".
std::string key_with(const RunOptions& options, Method method) {
  if (contains(options.evaluate.methods, method)) return "evaluate.methods";
  return !options.prune.kept.empty() && contains(options.prune.methods, method) ? "prune.methods" : "";
}

/// Data sets and estimators that methods need.
std::optional<Fault> missing_data(const RunOptions& options) {
  const bool evaluates = !options.evaluate.sources.empty();
  const bool prunes = !options.prune.kept.empty();
  if (options.data.evaluation.path.empty() && (evaluates || prunes)) {
    return Fault{"data.evaluation.path", "data.evaluation.path is empty",
                 evaluates ? "the methods need examples to be evaluated on" : "prune.kept needs examples",
                 "set it to a data set file"};
  }
  const std::string learner = key_with(options, Method::at2);
  if (!learner.empty() && options.data.train.path.empty()) {
    return Fault{"data.train.path", "data.train.path is empty", "method at2 of " + learner + " learns theta from it",
                 "set it to a data set file, or take at2 out of " + learner};
  }
  const std::string borrower = key_with(options, Method::at2_general);
  if (!borrower.empty() && options.evaluate.general_estimator.empty()) {
    return Fault{"evaluate.general_estimator", "evaluate.general_estimator is empty",
                 "method at2_general of " + borrower + " takes theta from it",
                 "set it to an estimator.h5 or the folder of a run that has one"};
  }
  return std::nullopt;
}

std::optional<Fault> pruning_fault(const RunOptions& options) {
  const PruneOptions& prune = options.prune;
  if (prune.kept.empty()) return std::nullopt;
  if (prune.sources == SourceKind::token) {
    return Fault{"prune.sources", "prune.sources is token", "a text without some of its tokens is none",
                 "use word, sentence, paragraph or passage"};
  }
  if (prune.sources == SourceKind::passage && !has_passages(options.data.evaluation.format)) {
    return no_passages("prune.sources", "data.evaluation.format", options.data.evaluation.format);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> first_fault(const RunOptions& options) {
  if (const auto fault = impossible_value(options)) return fault;
  if (const auto fault = missing_data(options)) return fault;
  if (const auto fault = training_fault(options)) return fault;
  if (const auto fault = pruning_fault(options)) return fault;
  const DataOptions& sets = options.data;
  if (contains(options.evaluate.sources, SourceKind::passage) && !has_passages(sets.evaluation.format)) {
    return no_passages("evaluate.sources", "data.evaluation.format", sets.evaluation.format);
  }
  const bool train = !sets.train.path.empty();
  if (train && options.ablate.sources == SourceKind::passage && !has_passages(sets.train.format)) {
    return no_passages("ablate.sources", "data.train.format", sets.train.format);
  }
  return std::nullopt;
}

}  // namespace at2
