/// \file model/rotary.h
/// \brief Angles of the rotary position embedding.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "model/model_config.h"
#include "model/pack.h"

namespace at2 {

/// Cosine and sine of every row's angles, times the attention factor: [R, J] float32 each, J = rotary_width / 2.
struct RotaryTable {
  at::Tensor cos;
  at::Tensor sin;
};

/// Turns positions into angles.
class Rotary {
 public:
  /// \param rotary_width  leading dimensions of a head that rotate
  Rotary(const RopeOptions& options, std::int64_t rotary_width, const at::Device& device);

  /// The table of a pack. With longrope, the frequencies of a row go by the length of its segment's sequence.
  [[nodiscard]] RotaryTable table(const Pack& pack) const;

 private:
  at::Tensor frequencies_;       // [J]
  at::Tensor long_frequencies_;  // [J]; undefined where the length does not matter
  std::int64_t original_max_positions_;
  double attention_factor_;
};

/// Whether a sequence of `length` tokens is the first one with other frequencies than a shorter one, so that nothing
/// computed for the shorter one holds for it.
[[nodiscard]] bool changes_at(const RopeOptions& options, std::int64_t length);

}  // namespace at2
