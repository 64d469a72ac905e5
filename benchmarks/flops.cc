#include "flops.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ablation/ablation_pack.h"
#include "ablation/block_plan.h"

namespace at2::benchmarks {
namespace {

/// Rows that each row attends to.
std::vector<double> rows_in_sight(const Pack& pack) {
  std::vector<double> sight(pack.tokens.size());
  for (const Segment& segment : pack.segments) {
    double before = 0;
    for (const RowRange& range : segment.prefix) before += static_cast<double>(range.end - range.begin);
    for (std::int64_t row = segment.rows.begin; row < segment.rows.end; ++row) {
      sight[static_cast<std::size_t>(row)] = before + static_cast<double>(row - segment.rows.begin + 1);
    }
  }
  return sight;
}

/// Of one row in one layer, without attention.
struct RowCost {
  double queries;
  double keys_and_values;
  double rest;
};

RowCost row_cost(const ModelConfig& config) {
  const auto width = static_cast<double>(config.model_width);
  const auto head = static_cast<double>(config.head_width);
  const auto heads = static_cast<double>(config.num_heads);
  const auto kv_heads = static_cast<double>(config.num_kv_heads);
  const auto feed_forward = static_cast<double>(config.feed_forward_width);
  return {2 * width * heads * head, 4 * width * kv_heads * head, 2 * width * heads * head + 6 * width * feed_forward};
}

}  // namespace

double forward_flops(const ModelConfig& config, const Pack& pack) {
  const RowCost cost = row_cost(config);
  const double per_pair = 4.0 * static_cast<double>(config.num_heads * config.head_width);
  const std::vector<double> sight = rows_in_sight(pack);
  double pairs = 0;
  for (const double rows : sight) pairs += rows;
  double wanted_pairs = 0;
  for (const std::int64_t row : pack.wanted) wanted_pairs += sight[static_cast<std::size_t>(row)];

  const auto rows = static_cast<double>(pack.tokens.size());
  const auto wanted = static_cast<double>(pack.wanted.size());
  const double whole_layer = rows * (cost.queries + cost.keys_and_values + cost.rest) + per_pair * pairs;
  const double last_layer = rows * cost.keys_and_values + wanted * (cost.queries + cost.rest) + per_pair * wanted_pairs;
  const double head = wanted * 2.0 * static_cast<double>(config.model_width * config.vocabulary_size);
  return static_cast<double>(config.num_layers - 1) * whole_layer + last_layer + head;
}

double ablation_flops(const ModelConfig& config, const AttributionTask& task, const at::Tensor& keep_MS) {
  double flops = 0;
  for (const auto& sequences : plan_blocks(task, keep_MS, max_pack_rows).blocks) {
    flops += forward_flops(config, ablation_pack(task, sequences));
  }
  return flops;
}

}  // namespace at2::benchmarks
