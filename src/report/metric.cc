#include "report/metric.h"

#include "report/table.h"

namespace at2 {
namespace {

std::optional<Estimate> at_k(const std::map<std::int64_t, Estimate>& by_k, std::int64_t k) {
  const auto found = by_k.find(k);
  return found == by_k.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<Estimate> value_of(const MethodRow& row, Metric metric) {
  return metric.k ? at_k(row.drop_by_k, *metric.k) : row.lds;
}

std::optional<Estimate> over_at2(const MethodRow& row, Metric metric) {
  return metric.k ? at_k(row.drop_over_at2_by_k, *metric.k) : row.lds_over_at2;
}

std::string metric_title(Metric metric) { return metric.k ? "Top-" + std::to_string(*metric.k) + " drop" : "LDS"; }

std::string metric_axis(Metric metric) {
  return metric.k ? "top-" + std::to_string(*metric.k) + " drop (nats)" : "LDS (rank correlation)";
}

std::string metric_key(Metric metric) { return metric.k ? "top_" + std::to_string(*metric.k) + "_drop" : "lds"; }

int metric_decimals(Metric metric) { return metric.k ? 2 : 3; }

std::vector<Metric> metrics_of(const RunResults& results, const std::string& sources) {
  std::vector<Metric> metrics = {Metric{}};
  for (const std::int64_t k : drop_ks(results, sources)) metrics.push_back({k});
  return metrics;
}

}  // namespace at2
