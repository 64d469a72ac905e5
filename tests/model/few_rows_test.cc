// What generation rests on: with few rows, every number is summed in one order whatever the number of rows.
#include "model/few_rows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/kernels.h"
#include "support/golden_tensors.h"
#include "support/random_matrix.h"
#include "support/threads_guard.h"

namespace at2 {
namespace {

using testing::random_matrix;

// Two shapes of SmolLM2-135M, and sizes that no register width divides.
const std::vector<std::pair<std::int64_t, std::int64_t>> shapes = {{576, 960}, {1536, 576}, {13, 7}, {61, 130}};

TEST(FewRowsTest, RowsOfAProductDoNotDependOnTheirNumberOrOnThreads) {
  const testing::ThreadsGuard guard(2);
  for (const auto& [in, out] : shapes) {
    const at::Tensor weight = random_matrix(out, in, 1);
    const at::Tensor x = random_matrix(20, in, 2);
    const at::Tensor all = linear_rows(x, weight, {}, RowKernel::few);
    for (std::int64_t rows = 1; rows < 20; ++rows) {
      at::set_num_threads(rows % 2 == 0 ? 1 : 2);
      const at::Tensor some = linear_rows(x.narrow(0, 20 - rows, rows).contiguous(), weight, {}, RowKernel::few);
      EXPECT_TRUE(some.equal(all.narrow(0, 20 - rows, rows))) << rows << " rows, " << in << " x " << out;
    }
  }
}

TEST(FewRowsTest, ProductsEqualLibTorchs) {
  for (const auto& [in, out] : shapes) {
    const at::Tensor weight = random_matrix(out, in, 1);
    const at::Tensor x = random_matrix(20, in, 2);
    const at::Tensor bias = random_matrix(1, out, 3).squeeze(0);
    const at::Tensor exact = at::linear(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble));
    EXPECT_LT(testing::largest_difference(linear_rows(x, weight, bias, RowKernel::few), exact), 1e-4)
        << in << " x " << out;
  }
}

TEST(FewRowsTest, AttentionIsThatOfTheVisibleKeys) {
  for (const std::int64_t width : {64, 20}) {
    const at::Tensor query = random_matrix(1, width, 1) * 5.0;
    const at::Tensor keys = random_matrix(40, width, 2);
    const at::Tensor values = random_matrix(40, width, 3);
    for (const auto& [begin, end] : std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 40}, {0, 1}, {17, 36}}) {
      at::Tensor out = at::empty({width});
      std::vector<float> weights(40);
      few_rows::attend(query.const_data_ptr<float>(), keys.const_data_ptr<float>(), values.const_data_ptr<float>(),
                       {begin, end}, width, 0.125F, weights, out.mutable_data_ptr<float>());
      const at::Tensor scores = at::matmul(query, keys.narrow(0, begin, end - begin).t()) * 0.125;
      const at::Tensor expected = at::matmul(at::softmax(scores, 1), values.narrow(0, begin, end - begin)).squeeze(0);
      EXPECT_LT(testing::largest_difference(out, expected), 1e-6) << width << " wide, keys " << begin << " to " << end;
    }
  }
}

}  // namespace
}  // namespace at2
