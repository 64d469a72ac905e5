/// \file data/selection.h
/// \brief Which examples of a stream are taken, without holding more of them than may be taken.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/options.h"
#include "data/example.h"

namespace at2 {

struct SelectionRules {
  std::uint64_t seed = 1;
  /// Not automatic.
  DatasetPart part = DatasetPart::whole;
  /// Size of the part train.
  std::int64_t train_part = 2000;
  /// Examples taken of the part; 0 = all.
  std::int64_t max_examples = 0;
};

/// An example, where it stands in the data set, and the random key by which it is taken: the smallest are.
struct RankedExample {
  std::uint64_t key = 0;
  std::int64_t order = 0;
  Example example;
};

/// The examples with the smallest keys.
class SmallestKeys {
 public:
  /// \param most  0 = no limit
  explicit SmallestKeys(std::int64_t most) : most_(most) {}
  /// \returns the example that has no place (any longer)
  std::optional<RankedExample> offer(RankedExample candidate);
  [[nodiscard]] std::vector<RankedExample> take() { return std::move(heap_); }

 private:
  std::int64_t most_;
  /// The largest key first.
  std::vector<RankedExample> heap_;
};

/// Takes `max_examples` of a part. Whether an example is taken depends on its own text, the seed and the other
/// examples, not on their order; the choice of n is part of the choice of n + 1; the parts train and evaluation share
/// none.
class Selection {
 public:
  explicit Selection(const SelectionRules& rules);
  void offer(Example example);
  /// The chosen examples in the order in which they were offered.
  [[nodiscard]] std::vector<Example> take();

 private:
  void choose(RankedExample candidate);

  SelectionRules rules_;
  std::int64_t offered_ = 0;
  SmallestKeys train_part_;
  SmallestKeys chosen_;
};

/// How many of `evaluation` have the context and the query of an example of `train`, whatever their prompts. Parts of
/// one file share none, unless the two leave out different records (max_prompt_characters).
[[nodiscard]] std::int64_t count_shared(std::span<const Example> train, std::span<const Example> evaluation);

}  // namespace at2
