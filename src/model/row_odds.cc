#include "model/row_odds.h"

#include <algorithm>
#include <cmath>

#include "model/row_loops.h"

namespace at2 {

void RowOdds::add(const float* logits, std::int64_t size, std::int64_t target) {
  const bool holds_target = target >= 0 && target < size;
  if (holds_target) target_ = logits[target];
  // The largest of the others, so that a target far above them does not make their sum underflow.
  const std::int64_t before = holds_target ? target : size;
  const std::int64_t after = std::min(before + 1, size);
  const float top =
      std::max({shift_, row_loops::largest(logits, before), row_loops::largest(logits + after, size - after)});
  others_ *= std::exp(static_cast<double>(shift_) - static_cast<double>(top));
  shift_ = top;
  others_ += row_loops::sum_exp_without(logits, size, holds_target ? target : -1, shift_);
}

double RowOdds::log_odds() const { return static_cast<double>(target_ - shift_) - std::log(others_); }

}  // namespace at2
