#include "model/attention_blocks.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/errors.h"
#include "model/row_loops.h"

namespace at2 {
namespace {

/// Scores of a block and a head, roughly; no more queries than fit.
constexpr std::int64_t scores_per_block = 32768;
constexpr std::int64_t most_queries = 64;
constexpr std::int64_t fewest_queries = 16;

/// Where queries, keys and values of a pack lie, and where the output goes.
struct Layout {
  const float* qkv;
  float* out;
  std::int64_t heads;
  std::int64_t kv_heads;
  std::int64_t width;
  float scale;
  [[nodiscard]] std::int64_t group() const { return heads / kv_heads; }
  [[nodiscard]] const float* row(std::int64_t r) const { return qkv + r * (heads + 2 * kv_heads) * width; }
};

/// Attention of one segment to one head of keys: all query heads that share it. Buffers are used again.
class HeadGroup {
 public:
  explicit HeadGroup(const Layout& layout) : layout_(layout) {}

  void attend(const SegmentRows& segment, std::int64_t kv_head) {
    gather_keys(segment, kv_head);
    const std::int64_t queries = segment.rows.end - segment.rows.begin;
    const std::int64_t block =
        std::clamp(scores_per_block / num_keys(segment.rows, segment.prefix), fewest_queries, most_queries);
    for (std::int64_t begin = 0; begin < queries; begin += block) {
      attend_block(segment, kv_head, {begin, std::min(begin + block, queries)});
    }
  }

 private:
  void gather_keys(const SegmentRows& segment, std::int64_t kv_head) {
    const std::int64_t width = layout_.width;
    const auto numbers = static_cast<std::size_t>(num_keys(segment.rows, segment.prefix) * width);
    keys_.resize(numbers);
    values_.resize(numbers);
    std::int64_t to = 0;
    const auto add = [&](const RowRange& range) {
      for (std::int64_t r = range.begin; r < range.end; ++r, to += width) {
        const float* key = layout_.row(r) + (layout_.heads + kv_head) * width;
        std::copy_n(key, width, keys_.data() + to);
        std::copy_n(key + layout_.kv_heads * width, width, values_.data() + to);
      }
    };
    for (const RowRange& range : segment.prefix) add(range);
    add(segment.rows);
  }

  void attend_block(const SegmentRows& segment, std::int64_t kv_head, RowRange block) {
    const std::int64_t width = layout_.width;
    const std::int64_t count = block.end - block.begin;
    const std::int64_t rows = count * layout_.group();
    // Positions grow along a segment, and so do both ends of what is seen.
    const RowRange seen{segment.visible[static_cast<std::size_t>(block.begin)].begin,
                        segment.visible[static_cast<std::size_t>(block.end - 1)].end};
    const std::int64_t keys = seen.end - seen.begin;
    gather_queries(segment, kv_head, block);
    scores_.resize(static_cast<std::size_t>(rows * keys));
    outputs_.resize(static_cast<std::size_t>(rows * width));
    at::Tensor scores = at::from_blob(scores_.data(), {rows, keys});
    at::Tensor outputs = at::from_blob(outputs_.data(), {rows, width});
    at::mm_out(scores, at::from_blob(queries_.data(), {rows, width}),
               at::from_blob(keys_.data() + seen.begin * width, {keys, width}).t());
    for (std::int64_t row = 0; row < rows; ++row) {
      const RowRange& visible = segment.visible[static_cast<std::size_t>(block.begin + row % count)];
      weigh({visible.begin - seen.begin, visible.end - seen.begin}, keys, scores_.data() + row * keys);
    }
    at::mm_out(outputs, scores, at::from_blob(values_.data() + seen.begin * width, {keys, width}));
    scatter_outputs(segment, kv_head, block);
  }

  /// Queries of the block, head by head.
  void gather_queries(const SegmentRows& segment, std::int64_t kv_head, RowRange block) {
    const std::int64_t width = layout_.width;
    queries_.resize(static_cast<std::size_t>((block.end - block.begin) * layout_.group() * width));
    float* to = queries_.data();
    for (std::int64_t g = 0; g < layout_.group(); ++g) {
      for (std::int64_t q = block.begin; q < block.end; ++q, to += width) {
        std::copy_n(layout_.row(segment.rows.begin + q) + (kv_head * layout_.group() + g) * width, width, to);
      }
    }
  }

  /// Scores to weights: softmax over what is visible, 0 elsewhere.
  void weigh(RowRange visible, std::int64_t keys, float* row) const {
    const std::int64_t size = visible.end - visible.begin;
    const float sum = row_loops::exp_in_place(row + visible.begin, size, layout_.scale);
    row_loops::scale(row + visible.begin, size, 1.0F / sum);
    std::fill(row, row + visible.begin, 0.0F);
    std::fill(row + visible.end, row + keys, 0.0F);
  }

  void scatter_outputs(const SegmentRows& segment, std::int64_t kv_head, RowRange block) {
    const std::int64_t width = layout_.width;
    const float* from = outputs_.data();
    for (std::int64_t g = 0; g < layout_.group(); ++g) {
      const std::int64_t head = kv_head * layout_.group() + g;
      for (std::int64_t q = block.begin; q < block.end; ++q, from += width) {
        std::copy_n(from, width, layout_.out + ((segment.rows.begin + q) * layout_.heads + head) * width);
      }
    }
  }

  Layout layout_;
  std::vector<float> keys_;
  std::vector<float> values_;
  std::vector<float> queries_;
  std::vector<float> scores_;
  std::vector<float> outputs_;
};

}  // namespace

at::Tensor attend_in_blocks(const at::Tensor& qkv, const ModelConfig& config, std::span<const SegmentRows> segments) {
  AT2_EXPECT(qkv.is_contiguous() && qkv.scalar_type() == at::kFloat, "queries, keys and values are float32");
  at::Tensor out = at::empty({qkv.size(0), config.num_heads * config.head_width}, qkv.options());
  const Layout layout{
      qkv.const_data_ptr<float>(), out.mutable_data_ptr<float>(),         config.num_heads, config.num_kv_heads,
      config.head_width,           static_cast<float>(config.score_scale)};
  // Segments differ in size, so that threads take them as they come.
  const std::int64_t tasks = std::ssize(segments) * config.num_kv_heads;
  std::atomic<std::int64_t> next{0};
  at::parallel_for(0, at::get_num_threads(), 1, [&](std::int64_t, std::int64_t) {
    HeadGroup group(layout);
    for (std::int64_t task = next++; task < tasks; task = next++) {
      group.attend(segments[static_cast<std::size_t>(task / config.num_kv_heads)], task % config.num_kv_heads);
    }
  });
  return out;
}

}  // namespace at2
