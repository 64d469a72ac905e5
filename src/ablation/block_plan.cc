#include "ablation/block_plan.h"

#include <iterator>
#include <map>
#include <utility>

#include "ablation/ablation_pack.h"
#include "base/errors.h"

namespace at2 {

BlockPlan plan_blocks(const AttributionTask& task, const at::Tensor& keep_MS, std::int64_t max_rows) {
  AT2_EXPECT(keep_MS.dim() == 2 && keep_MS.size(1) == std::ssize(task.sources) && keep_MS.is_contiguous() &&
                 keep_MS.scalar_type() == at::kByte,
             "keep_MS is uint8 [M, S]");
  const auto* keep = keep_MS.const_data_ptr<std::uint8_t>();
  BlockPlan plan;
  std::map<KeptPositions, std::int64_t> number_of;
  std::vector<KeptPositions> block;
  std::int64_t rows = 0;
  const auto finish_block = [&] {
    if (!block.empty()) plan.blocks.push_back(std::move(block));
    block.clear();
    rows = 0;
  };
  for (std::int64_t m = 0; m < keep_MS.size(0); ++m) {
    if (m % masks_per_block == 0) finish_block();
    KeptPositions positions = kept_positions(task, keep + m * keep_MS.size(1));
    const auto [found, is_new] = number_of.try_emplace(positions, std::ssize(number_of));
    plan.sequence_of_M.push_back(found->second);
    if (!is_new) continue;
    if (rows + std::ssize(positions) > max_rows) finish_block();
    rows += std::ssize(positions);
    block.push_back(std::move(positions));
  }
  finish_block();
  return plan;
}

}  // namespace at2
