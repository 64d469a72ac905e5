/// \file model/row_odds.h
/// \brief Log-odds of one target token from its row of logits, which may come part by part.
#pragma once

#include <cstdint>
#include <limits>

namespace at2 {

/// The target's logit, and the sum of exp(logit - shift) over the other tokens seen so far.
class RowOdds {
 public:
  /// \param target  index within these logits; outside of them if the target is none of theirs
  void add(const float* logits, std::int64_t size, std::int64_t target);
  /// log(p / (1 - p)). \pre the target has been seen
  [[nodiscard]] double log_odds() const;

 private:
  float target_ = 0;
  float shift_ = std::numeric_limits<float>::lowest();
  double others_ = 0;
};

}  // namespace at2
