/// \file model/pack.h
/// \brief Sequences laid one after another along the token axis: the input of a forward pass.
#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace at2 {

/// Half-open range of rows of a pack.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Consecutive rows that attend to some earlier rows of the same pack, then causally to themselves.
struct Segment {
  RowRange rows;
  /// Rows of the same pack that come before this segment's in its sequence, in order (a shared prefix).
  std::vector<RowRange> prefix;
  /// Slot of the KV cache that holds what came before and takes this segment's keys and values; -1 = none.
  std::int64_t cache_slot = -1;
  /// Tokens of the whole sequence, hidden ones counted: some models rotate by it. 0 = up to the segment's last
  /// position.
  std::int64_t sequence_length = 0;
};

/// Keys that rows with a prefix have.
[[nodiscard]] inline std::int64_t num_keys(const RowRange& rows, std::span<const RowRange> prefix) {
  std::int64_t count = rows.end - rows.begin;
  for (const RowRange& range : prefix) count += range.end - range.begin;
  return count;
}

struct Pack {
  std::vector<std::int64_t> tokens;
  /// Position ids, growing along each sequence; hidden tokens leave gaps.
  std::vector<std::int64_t> positions;
  std::vector<Segment> segments;
  /// Rows whose final hidden state is wanted, in this order.
  std::vector<std::int64_t> wanted;
  /// Positions that only their own row sees: hiding tokens the slow way, to check that leaving them out is the same.
  /// Only without a cache.
  std::vector<std::int64_t> masked;
};

/// One sequence, of whose tokens only those at `positions` are there; every row is wanted.
[[nodiscard]] inline Pack sequence_pack(std::span<const std::int64_t> tokens, std::span<const std::int64_t> positions) {
  Pack pack;
  pack.positions.assign(positions.begin(), positions.end());
  for (const std::int64_t position : positions) pack.tokens.push_back(tokens[static_cast<std::size_t>(position)]);
  pack.segments.push_back({{0, std::ssize(positions)}, {}, -1, std::ssize(tokens)});
  pack.wanted.resize(positions.size());
  std::iota(pack.wanted.begin(), pack.wanted.end(), 0);
  return pack;
}

/// Tokens of the whole sequence that a segment belongs to.
[[nodiscard]] inline std::int64_t sequence_length(const Pack& pack, const Segment& segment) {
  if (segment.sequence_length > 0) return segment.sequence_length;
  return pack.positions[static_cast<std::size_t>(segment.rows.end) - 1] + 1;
}

}  // namespace at2
