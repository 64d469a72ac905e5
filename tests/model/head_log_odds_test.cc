#include "model/head_log_odds.h"

#include <gtest/gtest.h>

#include "model/kernels.h"

namespace at2 {
namespace {

TEST(HeadLogOddsTest, PartsOfTheVocabularyGiveTheOddsOfTheWholeRow) {
  at::manual_seed(1);
  const at::Tensor hidden = at::randn({37, 48});
  const at::Tensor head = at::randn({2 * head_tile_tokens + 300, 48});
  // At the ends of the parts and within them.
  at::Tensor targets = at::randint(head.size(0), {37}, at::kLong);
  targets[0] = 0;
  targets[1] = head_tile_tokens - 1;
  targets[2] = head_tile_tokens;
  targets[3] = head.size(0) - 1;
  const at::Tensor wanted = target_log_odds(linear_rows(hidden, head), targets);
  const at::Tensor odds = head_log_odds(hidden, head, targets);
  EXPECT_LT((odds - wanted).abs().max().item<double>(), 1e-5);
}

TEST(HeadLogOddsTest, ATargetFarAboveTheOthersKeepsItsDistance) {
  const at::Tensor hidden = at::ones({16, 1});
  at::Tensor head = at::zeros({head_tile_tokens + 10, 1});
  head[5] = 400.0;
  const at::Tensor targets = at::full({16}, 5, at::kLong);
  const double wanted = 400.0 - std::log(static_cast<double>(head_tile_tokens + 9));
  EXPECT_NEAR(head_log_odds(hidden, head, targets)[0].item<double>(), wanted, 1e-4);
}

TEST(HeadLogOddsTest, ARowsOddsDoNotDependOnTheOtherRows) {
  at::manual_seed(2);
  const at::Tensor hidden = at::randn({64, 48});
  const at::Tensor head = at::randn({head_tile_tokens + 77, 48});
  const at::Tensor targets = at::randint(head.size(0), {64}, at::kLong);
  const at::Tensor all = head_log_odds(hidden, head, targets);
  const at::Tensor some = head_log_odds(hidden.narrow(0, 8, 20), head, targets.narrow(0, 8, 20).contiguous());
  EXPECT_TRUE(at::equal(all.narrow(0, 8, 20), some));
}

}  // namespace
}  // namespace at2
