/// \file model/kv_cache.h
/// \brief Keys and values of sequences that are being generated.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// Room for `slots` sequences, each with its own length. Memory is taken once, at construction.
class KvCache {
 public:
  KvCache(std::int64_t num_layers, std::int64_t slots, std::int64_t num_kv_heads, std::int64_t capacity,
          std::int64_t head_width, const at::TensorOptions& options);

  /// Keys and values of one sequence in one layer, [N, length, K].
  struct View {
    at::Tensor keys;
    at::Tensor values;
  };
  /// Puts rows [n, N, K] behind what the slot holds in this layer and returns all of it. The slot's length changes only
  /// with `advance`, since every layer appends at the same place.
  View append(std::int64_t layer, std::int64_t slot, const at::Tensor& keys_nNK, const at::Tensor& values_nNK);
  /// Makes the tokens at `positions`, which all layers appended, part of the slot.
  void advance(std::int64_t slot, std::span<const std::int64_t> positions);
  /// Forgets all but the first `length` tokens of a slot. \pre it holds as many
  void truncate(std::int64_t slot, std::int64_t length);
  /// Keys of one slot in all layers, [L, N, length, K]: a view of what the next `append` may change.
  [[nodiscard]] at::Tensor keys(std::int64_t slot) const;
  /// The same for values.
  [[nodiscard]] at::Tensor values(std::int64_t slot) const;

  /// Position ids of what the slot holds.
  [[nodiscard]] std::span<const std::int64_t> positions(std::int64_t slot) const {
    return positions_.at(static_cast<std::size_t>(slot));
  }

  [[nodiscard]] std::int64_t length(std::int64_t slot) const { return std::ssize(positions(slot)); }
  [[nodiscard]] std::int64_t capacity() const noexcept { return capacity_; }

 private:
  std::int64_t capacity_;
  std::vector<std::vector<std::int64_t>> positions_;
  at::Tensor keys_;    // [L, slots, N, capacity, K]
  at::Tensor values_;  // the same
};

}  // namespace at2
