#include "ablation/target_average.h"

#include <gtest/gtest.h>

#include "support/golden_tensors.h"
#include "support/random_matrix.h"

namespace at2 {
namespace {

// 3 heads, 5 rows of two targets, 12 keys; rows 3 and 4 see a window only, row 0 nothing of the span.
const TargetRows rows{{{0, 2}, {2, 5}}, {{0, 3}, {0, 7}, {0, 8}, {4, 10}, {6, 12}}, {3, 9}};

at::Tensor scores() { return testing::random_matrix(15, 12, 1).view({3, 5, 12}) * 20.0; }

TEST(TargetAverageTest, LoopsGiveTheMeanOfSoftmaxes) {
  const at::Tensor scores_HUT = scores();
  at::Tensor expected = at::zeros({2, 3, 6});
  for (std::int64_t g = 0; g < 2; ++g) {
    const TokenRange& target = rows.targets[static_cast<std::size_t>(g)];
    for (std::int64_t u = target.begin; u < target.end; ++u) {
      const TokenRange& visible = rows.visible_U[static_cast<std::size_t>(u)];
      at::Tensor weights = at::zeros({3, 12});
      weights.narrow(1, visible.begin, visible.size())
          .copy_(at::softmax(scores_HUT.select(1, u).narrow(1, visible.begin, visible.size()) * 0.5, 1));
      expected[g] += weights.narrow(1, 3, 6) / static_cast<double>(target.size());
    }
  }
  EXPECT_LT(testing::largest_difference(average_by_loops(scores_HUT.clone(), rows, 0.5)[0], expected), 1e-6);
  EXPECT_GT(expected.max().item<double>(), 0.1);
}

TEST(TargetAverageTest, OperatorsGiveWhatLoopsGive) {
  const at::Tensor by_operators = average_by_operators(scores(), rows, 0.5);
  EXPECT_LT(testing::largest_difference(average_by_loops(scores(), rows, 0.5), by_operators), 1e-6);
}

TEST(TargetAverageTest, FactorsMultiplyTheWeightsBeforeTheMean) {
  const at::Tensor factor = testing::random_matrix(15, 6, 2).view({3, 5, 6}).contiguous();
  const at::Tensor by_loops = average_by_loops(scores(), rows, 0.5, std::span(&factor, 1));
  const at::Tensor by_operators = average_by_operators(scores(), rows, 0.5, std::span(&factor, 1));
  EXPECT_LT(testing::largest_difference(by_loops, by_operators), 1e-6);
  EXPECT_TRUE(by_loops[0].equal(average_by_loops(scores(), rows, 0.5)[0])) << "attention keeps its bits";
  at::Tensor expected = at::zeros({3, 6});
  const at::Tensor weights = attention_weights(scores(), rows, 0.5);
  for (std::int64_t u = 2; u < 5; ++u) expected += weights.select(1, u).narrow(1, 3, 6) * factor.select(1, u) / 3.0;
  EXPECT_LT(testing::largest_difference(by_loops[1][1], expected), 1e-6);
}

}  // namespace
}  // namespace at2
