#include "app/prune_view.h"

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "app/fingerprints.h"
#include "app/tensor_values.h"
#include "base/errors.h"
#include "evaluate/answer_f1.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

/// Values of one row, one entry per example.
struct RowValues {
  std::string method;
  std::optional<std::int64_t> kept;
  std::vector<double> f1 = {};
  std::vector<double> exact_match = {};
  std::vector<double> shares = {};
  std::int64_t unmarked = 0;
};

/// Collects the rows, in the order in which they are first seen.
class PruneCollector {
 public:
  explicit PruneCollector(UnmarkedAnswer unmarked) : unmarked_(unmarked) {}

  void add(const ShardReader& shard, const std::string& group) {
    if (!shard.text_attribute(group, "skipped").empty()) return;
    ++examples_;
    right_answer_ = shard.read_text(group + "/right_answer");
    responses_ = shard.read_texts(group + "/responses");
    lengths_ = integers_of(shard.read(group + "/prompt_tokens"));
    add_answer("Whole context", std::nullopt, 0);
    const std::int64_t oracle = shard.int_attribute(group, "oracle");
    if (oracle != kNoOracle) add_answer("Oracle", std::nullopt, oracle);
    const std::vector<std::int64_t> kept_K = integers_of(shard.read(group + "/kept_K"));
    for (const std::string& key : shard.read_texts(group + "/methods_in_order")) {
      const std::string place = group + "/methods/" + key;
      const std::string title = shard.text_attribute(place, "title");
      const std::vector<std::int64_t> response_K = integers_of(shard.read(place + "/response_K"));
      for (std::size_t k = 0; k < kept_K.size(); ++k) add_answer(title, kept_K[k], response_K.at(k));
    }
  }

  [[nodiscard]] std::optional<PruneView> view(std::int64_t bootstrap_samples, std::uint64_t seed) const {
    if (examples_ == 0) return std::nullopt;
    PruneView view;
    view.examples = examples_;
    view.unmarked = unmarked_;
    for (const RowValues& values : rows_) {
      const std::string name = values.method + " " + std::to_string(values.kept.value_or(0));
      const auto estimate_of = [&](const std::vector<double>& numbers, const std::string& what) {
        return *estimate(numbers, bootstrap_samples, RandomStream(seed, "bootstrap prune " + name + " " + what));
      };
      view.rows.push_back({values.method, values.kept, estimate_of(values.f1, "f1"),
                           estimate_of(values.exact_match, "exact match"), mean(values.shares), values.unmarked});
      view.unmarked_answers += values.unmarked;
    }
    return view;
  }

 private:
  void add_answer(const std::string& method, std::optional<std::int64_t> kept, std::int64_t response) {
    const auto place = static_cast<std::size_t>(response);
    const std::optional<std::string> answer = final_answer(responses_.at(place));
    const std::string instead = unmarked_ == UnmarkedAnswer::response ? responses_.at(place) : "";
    const AnswerScore score = score_answer(answer.value_or(instead), right_answer_);
    RowValues& row = row_of(method, kept);
    row.f1.push_back(score.f1);
    row.exact_match.push_back(score.exact_match);
    row.shares.push_back(static_cast<double>(lengths_.at(place)) / static_cast<double>(lengths_.front()));
    row.unmarked += answer ? 0 : 1;
  }

  RowValues& row_of(const std::string& method, std::optional<std::int64_t> kept) {
    for (RowValues& row : rows_) {
      if (row.method == method && row.kept == kept) return row;
    }
    return rows_.emplace_back(RowValues{method, kept});
  }

  UnmarkedAnswer unmarked_;
  std::int64_t examples_ = 0;
  std::vector<RowValues> rows_;
  // Of the example at hand.
  std::string right_answer_;
  std::vector<std::string> responses_;
  std::vector<std::int64_t> lengths_;
};

}  // namespace

std::optional<PruneView> read_prune(const std::filesystem::path& run_folder, const RunOptions& options) {
  const std::filesystem::path folder = run_folder / "prune";
  if (!std::filesystem::exists(folder)) return std::nullopt;
  PruneCollector collector(options.prune.unmarked);
  for (const auto& path : complete_shards(folder, "prune", schema_version_of("prune"), "at2 prune")) {
    const ShardReader shard(path);
    for (const std::string& example : shard.children("examples")) collector.add(shard, "examples/" + example);
  }
  return collector.view(options.evaluate.bootstrap_samples, options.seed);
}

}  // namespace at2
