#include "model/greedy_head.h"

#include <gtest/gtest.h>

#include <limits>

#include "model/kernels.h"
#include "support/random_matrix.h"

namespace at2 {
namespace {

using testing::random_matrix;

std::vector<std::int64_t> by_all_logits(const at::Tensor& hidden, const at::Tensor& head) {
  const at::Tensor best = linear_rows(hidden, head, {}, RowKernel::few).argmax(1);
  return {best.const_data_ptr<std::int64_t>(), best.const_data_ptr<std::int64_t>() + best.numel()};
}

TEST(GreedyHeadTest, TheBestTokenIsThatOfAllLogits) {
  for (const std::int64_t width : {576, 61}) {
    const at::Tensor head = random_matrix(5000, width, 1);
    const at::Tensor hidden = random_matrix(40, width, 2) * 3.0;
    EXPECT_EQ(GreedyHead(head).best(hidden), by_all_logits(hidden, head)) << width;
  }
}

TEST(GreedyHeadTest, TokensThatEightBitsCannotTellApartAreToldApart) {
  // All rows are the same in eight bits, and differ by a thousandth of a step.
  at::Tensor head = random_matrix(1, 64, 1).repeat({300, 1});
  head += random_matrix(300, 64, 2) * 4e-6;
  const at::Tensor hidden = random_matrix(30, 64, 3);
  EXPECT_EQ(GreedyHead(head).best(hidden), by_all_logits(hidden, head));
}

TEST(GreedyHeadTest, RowsOfVeryDifferentSizeAreComparedRightly) {
  at::Tensor head = random_matrix(2000, 64, 1);
  head.mul_(at::pow(10.0, random_matrix(2000, 1, 2) * 8.0));
  const at::Tensor hidden = random_matrix(30, 64, 3);
  EXPECT_EQ(GreedyHead(head).best(hidden), by_all_logits(hidden, head));
}

TEST(GreedyHeadTest, OfEqualLogitsTheLowestTokenIsTaken) {
  at::Tensor head = random_matrix(50, 16, 1);
  head[7].fill_(1.0);
  head[30].fill_(1.0);
  head[49].fill_(1.0);
  EXPECT_EQ(GreedyHead(head).best(at::ones({1, 16})), std::vector<std::int64_t>{7});
}

TEST(GreedyHeadTest, AStateThatIsNotFiniteStillHasAToken) {
  const at::Tensor head = random_matrix(50, 16, 1);
  const auto best = GreedyHead(head).best(at::full({1, 16}, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_GE(best[0], 0);
  EXPECT_LT(best[0], 50);
}

TEST(GreedyHeadTest, OtherDtypesTakeAllLogits) {
  const at::Tensor head = random_matrix(200, 64, 1).to(at::kBFloat16);
  const at::Tensor hidden = random_matrix(5, 64, 2).to(at::kBFloat16);
  const at::Tensor best = at::linear(hidden, head).argmax(1);
  EXPECT_EQ(GreedyHead(head).best(hidden)[3], best[3].item<std::int64_t>());
}

}  // namespace
}  // namespace at2
