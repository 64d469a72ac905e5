#include "model/attention_blocks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace at2 {
namespace {

constexpr std::int64_t heads = 6;
constexpr std::int64_t kv_heads = 2;
constexpr std::int64_t width = 8;

ModelConfig small_config() {
  ModelConfig config;
  config.num_heads = heads;
  config.num_kv_heads = kv_heads;
  config.head_width = width;
  config.score_scale = 0.3;
  return config;
}

/// Rows of the pack that a segment reads, in order.
std::vector<std::int64_t> key_rows(const SegmentRows& segment) {
  std::vector<std::int64_t> rows;
  const auto add = [&](const RowRange& range) {
    for (std::int64_t row = range.begin; row < range.end; ++row) rows.push_back(row);
  };
  for (const RowRange& range : segment.prefix) add(range);
  add(segment.rows);
  return rows;
}

/// By the definition, in float64.
at::Tensor attention_of(const at::Tensor& qkv, const std::vector<SegmentRows>& segments) {
  const at::Tensor wide = qkv.to(at::kDouble);
  at::Tensor out = at::zeros({qkv.size(0), heads, width}, at::kDouble);
  for (const SegmentRows& segment : segments) {
    const at::Tensor keys_at = at::tensor(key_rows(segment), at::kLong);
    for (std::int64_t row = segment.rows.begin; row < segment.rows.end; ++row) {
      const RowRange& visible = segment.visible[static_cast<std::size_t>(row - segment.rows.begin)];
      const at::Tensor seen = wide.index_select(0, keys_at.narrow(0, visible.begin, visible.end - visible.begin));
      for (std::int64_t head = 0; head < heads; ++head) {
        const std::int64_t kv = head / (heads / kv_heads);
        const at::Tensor weights = at::softmax(seen.select(1, heads + kv).mv(wide[row][head]) * 0.3, 0);
        out[row][head] = seen.select(1, heads + kv_heads + kv).t().mv(weights);
      }
    }
  }
  return out.view({qkv.size(0), heads * width});
}

std::vector<RowRange> causal(std::int64_t before, std::int64_t rows, std::int64_t window = 0) {
  std::vector<RowRange> visible;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t end = before + i + 1;
    visible.push_back({window > 0 ? std::max<std::int64_t>(end - window, 0) : 0, end});
  }
  return visible;
}

TEST(AttentionBlocksTest, EqualsTheDefinitionWithPrefixesAndMoreRowsThanABlock) {
  at::manual_seed(3);
  const at::Tensor qkv = at::randn({240, heads + 2 * kv_heads, width});
  const std::vector<RowRange> root = {{0, 30}};
  const std::vector<RowRange> path = {{0, 30}, {30, 37}};
  const auto first = causal(0, 30);
  const auto second = causal(30, 7);
  const auto third = causal(37, 150);
  const auto fourth = causal(30, 53);
  const std::vector<SegmentRows> segments = {
      {{0, 30}, {}, first}, {{30, 37}, root, second}, {{37, 187}, path, third}, {{187, 240}, root, fourth}};
  const at::Tensor out = attend_in_blocks(qkv, small_config(), segments);
  EXPECT_LT((out - attention_of(qkv, segments)).abs().max().item<double>(), 1e-5);
}

TEST(AttentionBlocksTest, AWindowHidesWhatIsFarBehind) {
  at::manual_seed(4);
  const at::Tensor qkv = at::randn({200, heads + 2 * kv_heads, width});
  const auto visible = causal(0, 200, 9);
  const std::vector<SegmentRows> segments = {{{0, 200}, {}, visible}};
  const at::Tensor out = attend_in_blocks(qkv, small_config(), segments);
  EXPECT_LT((out - attention_of(qkv, segments)).abs().max().item<double>(), 1e-5);
}

TEST(AttentionBlocksTest, ASegmentsBitsDoNotDependOnTheOtherSegments) {
  at::manual_seed(5);
  const at::Tensor qkv = at::randn({130, heads + 2 * kv_heads, width});
  const auto first = causal(0, 80);
  const auto second = causal(0, 50);
  const std::vector<SegmentRows> both = {{{0, 80}, {}, first}, {{80, 130}, {}, second}};
  const std::vector<SegmentRows> one = {{{0, 50}, {}, second}};
  const at::Tensor together = attend_in_blocks(qkv, small_config(), both).narrow(0, 80, 50);
  EXPECT_TRUE(at::equal(attend_in_blocks(qkv.narrow(0, 80, 50).contiguous(), small_config(), one), together));
}

}  // namespace
}  // namespace at2
