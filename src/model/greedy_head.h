/// \file model/greedy_head.h
/// \brief The most likely token of a hidden state, without computing the logits of all.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace at2 {

/// Finds the largest logit. For float32 on the CPU, where decoding is bound by reading weights, it first reads a copy
/// of the head in eight bits. What that copy can be wrong by is known for every token, so only those that may be the
/// best are computed from the head itself: the result is that of all logits by RowKernel::few, to the tie.
class GreedyHead {
 public:
  /// \param head_VD  kept, not copied; the copy in eight bits takes a quarter of a float32 head
  explicit GreedyHead(const at::Tensor& head_VD);

  /// The token with the largest logit of each hidden state [W, D] (ties: the lowest id).
  [[nodiscard]] std::vector<std::int64_t> best(const at::Tensor& hidden_WD) const;

 private:
  [[nodiscard]] std::int64_t best_of_row(const float* hidden, const float* estimates) const;

  at::Tensor head_VD_;
  /// Packed rows of few_rows::pack_coarse, [V, D / 4]; undefined where they are of no use.
  at::Tensor coarse_;
  at::Tensor scales_V_;
};

}  // namespace at2
