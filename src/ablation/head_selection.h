/// \file ablation/head_selection.h
/// \brief Which attention heads of a model are read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// All heads, or some that are named one by one as l H + h.
class HeadSelection {
 public:
  /// All heads of any model.
  HeadSelection() = default;
  /// \param heads  in any order, a head may be named again; all L H of them are the same as the default
  /// \pre 0 <= head < L H
  HeadSelection(std::span<const std::int64_t> heads, std::int64_t num_layers, std::int64_t num_heads);

  [[nodiscard]] bool is_all() const noexcept { return num_heads_ == 0; }
  /// Heads h of a layer that are read, ascending, for a model with H = `num_heads` in each layer.
  [[nodiscard]] std::vector<std::int64_t> of_layer(std::int64_t layer, std::int64_t num_heads) const;
  /// These heads and those of `other`. \pre both are of one model
  [[nodiscard]] HeadSelection united_with(const HeadSelection& other) const;

  bool operator==(const HeadSelection&) const = default;

 private:
  /// Ascending; empty if all are read.
  std::vector<std::int64_t> heads_;
  /// 0 if all are read.
  std::int64_t num_layers_ = 0;
  std::int64_t num_heads_ = 0;
};

}  // namespace at2
