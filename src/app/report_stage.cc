#include <algorithm>
#include <ostream>

#include "app/prune_view.h"
#include "app/responses.h"
#include "app/stages.h"
#include "app/timing_view.h"
#include "attribute/measurements.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "config/provenance.h"
#include "evaluate/lds.h"
#include "evaluate/statistics.h"
#include "report/results.h"
#include "report/table.h"
#include "report/write.h"
#include "train/score_estimator.h"

namespace at2 {
namespace {

std::vector<double> numbers(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kDouble).contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

std::vector<CharRange> char_ranges(const at::Tensor& pairs) {
  std::vector<CharRange> ranges;
  const auto* from = pairs.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < pairs.size(0); ++i) ranges.push_back({from[2 * i], from[2 * i + 1]});
  return ranges;
}

/// Values of one method on one kind of sources, one entry per example.
struct MethodValues {
  std::string key;
  std::string title;
  std::vector<double> lds;
  std::vector<std::vector<double>> drops;  // by position in top_k
  Cost cost;
  std::int64_t examples = 0;
};

/// LDS of every target of an example, from the stored masks, scores and logit-probs.
std::vector<std::optional<double>> lds_of_targets(const ShardReader& shard, const std::string& group,
                                                  const at::Tensor& scores_GS) {
  const at::Tensor keep_MS = shard.read(group + "/lds_keep_MS");
  const at::Tensor logits_GM = shard.read(group + "/lds_logit_probs_GM");
  const std::span<const std::uint8_t> keep(keep_MS.const_data_ptr<std::uint8_t>(),
                                           static_cast<std::size_t>(keep_MS.numel()));
  std::vector<std::optional<double>> values;
  for (std::int64_t g = 0; g < scores_GS.size(0); ++g) {
    values.push_back(lds(keep, numbers(scores_GS.select(0, g)), numbers(logits_GM.select(0, g))));
  }
  return values;
}

/// Collects metrics and views of all examples from the scores' shards.
class Collector {
 public:
  Collector(const Session& session, const Inputs& inputs) : session_(session), inputs_(inputs) {}

  void add_example(const ShardReader& shard, std::int64_t index) {
    const std::string group = example_group(index);
    const std::string skipped = shard.text_attribute(group, "skipped");
    if (!skipped.empty()) {
      ++results_.counts.skipped[skipped];
      return;
    }
    ++results_.counts.evaluation_examples;
    const Example& example = inputs_.evaluation.examples[static_cast<std::size_t>(index)];
    const std::vector<CharRange> targets = char_ranges(shard.read(group + "/target_chars"));
    results_.counts.evaluation_targets += std::ssize(targets);
    for (const SourceKind kind : session_.options.evaluate.sources) {
      const std::string place = group + "/" + std::string(to_text(kind));
      ExampleView view;
      view.id = example.id;
      view.context = example.content.substr(static_cast<std::size_t>(example.context.begin),
                                            static_cast<std::size_t>(example.context.size()));
      view.query = example.query;
      view.response = shard.read_text(group + "/response");
      view.sources = to_text(kind);
      view.source_ranges = char_ranges(shard.read(place + "/source_chars"));
      for (const CharRange& target : targets) view.targets.push_back({target, {}});
      lds_masks_ += session_.options.evaluate.lds_ablations;
      shared_masks_ += shard.int_attribute(place, "masks_shared_with_surrogate");
      for (MethodValues& method : methods_of(kind, shard, place)) add_method(shard, place, method, view);
      results_.examples.push_back(std::move(view));
    }
  }

  RunResults finish() {
    for (const SourceKind kind : session_.options.evaluate.sources) {
      for (const MethodValues& method : values_[kind]) results_.rows.push_back(row_of(kind, method));
    }
    if (shared_masks_ > 0) {
      results_.notes.push_back(std::to_string(shared_masks_) + " of " + std::to_string(lds_masks_) +
                               " evaluation masks were also among those that ESM was fitted on.");
    }
    return std::move(results_);
  }

 private:
  /// The methods in the order of the config, made when the first example is seen.
  std::vector<MethodValues>& methods_of(SourceKind kind, const ShardReader& shard, const std::string& place) {
    std::vector<MethodValues>& methods = values_[kind];
    if (!methods.empty()) return methods;
    for (const std::string& key : method_keys()) {
      MethodValues method;
      method.key = key;
      method.title = shard.text_attribute(place + "/methods/" + key, "title");
      method.drops.resize(session_.options.evaluate.top_k.size());
      methods.push_back(std::move(method));
    }
    return methods;
  }

  [[nodiscard]] std::vector<std::string> method_keys() const {
    std::vector<std::string> keys;
    for (const Method method : session_.options.evaluate.methods) {
      if (method != Method::esm) {
        keys.emplace_back(to_text(method));
        continue;
      }
      for (const std::int64_t count : session_.options.evaluate.esm_ablations) {
        keys.push_back("esm_" + std::to_string(count));
      }
    }
    return keys;
  }

  static void add_method(const ShardReader& shard, const std::string& place, MethodValues& method, ExampleView& view) {
    const std::string here = place + "/methods/" + method.key;
    const at::Tensor scores_GS = shard.read(here + "/scores_GS");
    const at::Tensor drops_GK = shard.read(here + "/drops_GK");
    const auto targets = lds_of_targets(shard, place, scores_GS);
    if (const auto value = mean_of_defined(targets)) method.lds.push_back(*value);
    for (std::size_t k = 0; k < method.drops.size(); ++k) {
      method.drops[k].push_back(mean(numbers(drops_GK.select(1, static_cast<std::int64_t>(k)))));
    }
    const std::vector<double> cost = numbers(shard.read(here + "/cost"));
    method.cost += {cost.at(0), cost.at(1), cost.at(2)};
    ++method.examples;
    for (std::size_t g = 0; g < view.targets.size(); ++g) {
      view.targets[g].scores[method.title] = numbers(scores_GS.select(0, static_cast<std::int64_t>(g)));
    }
  }

  [[nodiscard]] Estimate estimate_of(const std::vector<double>& values, const std::string& what) const {
    return *estimate(values, session_.options.evaluate.bootstrap_samples,
                     RandomStream(session_.options.seed, "bootstrap " + what));
  }

  [[nodiscard]] MethodRow row_of(SourceKind kind, const MethodValues& method) const {
    MethodRow row;
    row.key = method.key;
    row.method = method.title;
    row.sources = to_text(kind);
    const std::string name = method.key + " " + row.sources;
    if (!method.lds.empty()) row.lds = estimate_of(method.lds, name + " lds");
    for (std::size_t k = 0; k < method.drops.size(); ++k) {
      const std::int64_t number = session_.options.evaluate.top_k[k];
      row.drop_by_k[number] = estimate_of(method.drops[k], name + " drop " + std::to_string(number));
    }
    const auto examples = static_cast<double>(method.examples);
    row.forward_passes = method.cost.forward_passes / examples;
    row.backward_passes = method.cost.backward_passes / examples;
    row.seconds = method.cost.seconds / examples;
    return row;
  }

  const Session& session_;
  const Inputs& inputs_;
  std::map<SourceKind, std::vector<MethodValues>> values_;
  std::int64_t lds_masks_ = 0;
  std::int64_t shared_masks_ = 0;
  RunResults results_;
};

void add_training(const Session& session, const Inputs& inputs, RunResults& results) {
  if (!std::filesystem::exists(session.folder.estimator())) return;
  const StoredEstimator stored = load_estimator(session.folder.estimator(), inputs.model_fingerprint);
  const at::Tensor theta = stored.estimator.weight();
  results.theta = ThetaView{stored.estimator.num_layers(),
                            stored.estimator.num_heads(),
                            {theta.const_data_ptr<float>(), theta.const_data_ptr<float>() + theta.numel()}};
  results.counts.training_examples = stored.origin.num_examples;
  results.counts.training_targets = stored.origin.num_targets;
  const Hdf5Reader history(session.folder.root() / "training.h5");
  results.training_loss = numbers(history.read("loss"));
}

RunResults collect(const Session& session, const Inputs& inputs) {
  const Chunking chunking = chunking_of(session, inputs.evaluation);
  const ChunkStage stage = scores_of(session, inputs, chunking);
  Collector collector(session, inputs);
  if (!session.options.evaluate.sources.empty()) {
    for (const ShardReader& shard : open_shards(stage, "at2 evaluate")) {
      const ExampleRange range = chunking.examples_of(shard.header().chunk);
      for (std::int64_t e = range.begin; e < range.end; ++e) collector.add_example(shard, e);
    }
  }
  RunResults results = collector.finish();
  results.prune = read_prune(session.folder.root(), session.options);
  results.timing = read_timing(session.folder.root());
  if (results.rows.empty() && !session.options.evaluate.sources.empty()) {
    throw UserError("there is nothing to report", "no evaluation example could be used", "see the warnings above");
  }
  results.name = session.options.name;
  results.model = inputs.model_path.stem().string();
  results.training_set = std::filesystem::path(inputs.train.options.path).filename().string();
  results.evaluation_set = std::filesystem::path(inputs.evaluation.options.path).filename().string();
  for (const Corpus* corpus : {&inputs.train, &inputs.evaluation}) {
    for (const auto& [reason, count] : corpus->report.dropped_by_reason) results.counts.skipped[reason] += count;
  }
  add_training(session, inputs, results);
  if (const auto provenance = read_provenance(session.folder.provenance())) {
    for (const StageCost& cost : provenance->stages) {
      results.stages.push_back({cost.stage, cost.seconds, static_cast<double>(cost.forward_passes)});
    }
  }
  return results;
}

}  // namespace

void report_stage(const Session& session, const Inputs& inputs, std::ostream& out) {
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    const RunResults results = collect(session, inputs);
    write_report(results, session.options.report, session.folder.root());
    out << terminal_summary(results) << "\nreport: " << (session.folder.root() / "report.html").string() << std::endl;
  });
}

}  // namespace at2
