#include "report/metrics_json.h"

#include <cmath>

#include "report/table.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json estimate_json(const std::optional<Estimate>& value) {
  if (!value) return nullptr;
  return {{"mean", number(value->mean)},
          {"standard_error", number(value->standard_error)},
          {"low", number(value->low)},
          {"high", number(value->high)},
          {"count", value->count}};
}

Json drops_json(const std::map<std::int64_t, Estimate>& drop_by_k) {
  Json drops = Json::object();
  for (const auto& [k, drop] : drop_by_k) drops[std::to_string(k)] = estimate_json(drop);
  return drops;
}

Json row_json(const MethodRow& row) {
  return {{"key", row.key},
          {"method", row.method},
          {"sources", row.sources},
          {"lds", estimate_json(row.lds)},
          {"lds_mask_error", row.lds_mask_error ? number(*row.lds_mask_error) : Json(nullptr)},
          {"lds_over_at2", estimate_json(row.lds_over_at2)},
          {"top_k_drop", drops_json(row.drop_by_k)},
          {"top_k_drop_over_at2", drops_json(row.drop_over_at2_by_k)},
          {"forward_passes", number(row.forward_passes)},
          {"backward_passes", number(row.backward_passes)},
          {"forward_equivalents", number(forward_equivalents(row))},
          {"timing", {{"seconds_per_example", number(row.seconds)}}}};
}

Json counts_json(const RunCounts& counts) {
  Json skipped = Json::object();
  for (const auto& [reason, count] : counts.skipped) skipped[reason] = count;
  return {{"training_examples", counts.training_examples},
          {"training_targets", counts.training_targets},
          {"evaluation_examples", counts.evaluation_examples},
          {"evaluation_targets", counts.evaluation_targets},
          {"skipped", skipped}};
}

Json stage_json(const StageRow& stage) {
  return {{"stage", stage.stage}, {"forward_passes", number(stage.forward_passes)}, {"seconds", number(stage.seconds)}};
}

}  // namespace

Json metrics_json(const RunResults& results) {
  Json rows = Json::array();
  for (const MethodRow& row : results.rows) rows.push_back(row_json(row));
  Json loss = Json::array();
  for (const double value : results.training_loss) loss.push_back(number(value));
  Json stages = Json::array();
  for (const StageRow& stage : results.stages) stages.push_back(stage_json(stage));
  return {{"name", results.name},
          {"model", results.model},
          {"training_set", results.training_set},
          {"evaluation_set", results.evaluation_set},
          {"counts", counts_json(results.counts)},
          {"confidence", number(results.confidence)},
          {"methods", rows},
          {"training_loss", loss},
          // What an interrupted invocation spent is not known, so a stage's cost is no measured value.
          {"timing", {{"stages", stages}}},
          {"notes", results.notes}};
}

std::string metrics_json_text(const RunResults& results) {
  return metrics_json(results).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json without_timing(const Json& metrics) {
  if (!metrics.is_structured()) return metrics;
  Json kept = metrics.is_array() ? Json::array() : Json::object();
  for (const auto& [key, value] : metrics.items()) {
    if (metrics.is_array()) {
      kept.push_back(without_timing(value));
    } else if (key != "timing") {
      kept[key] = without_timing(value);
    }
  }
  return kept;
}

}  // namespace at2
