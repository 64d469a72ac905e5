/// \file model/draft.h
/// \brief Guesses of what a model will write next, taken from what it has read and written (prompt lookup).
///
/// Answers quote their context. A guess costs one more row in a decoding step, which is bound by reading the weights;
/// if the model agrees with it, a step is saved. What is generated is the same with any guesses.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// The tokens that followed the latest earlier occurrence of the last three, else of the last two, else of the last
/// token: at most `limit`, empty if there is none.
[[nodiscard]] std::vector<std::int64_t> draft_by_lookup(std::span<const std::int64_t> tokens, std::int64_t limit);

/// How many tokens to guess for one sequence: more while guesses are right, fewer while they are wrong.
class DraftLength {
 public:
  [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }
  /// Learns that of `drafted` guesses the first `accepted` were right.
  void update(std::int64_t drafted, std::int64_t accepted);

 private:
  std::int64_t limit_ = 4;
};

}  // namespace at2
