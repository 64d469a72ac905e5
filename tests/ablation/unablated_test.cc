#include "ablation/unablated.h"

#include <gtest/gtest.h>

#include "support/tiny_model.h"

namespace at2 {
namespace {

class UnablatedTest : public ::testing::TestWithParam<const char*> {};

TEST_P(UnablatedTest, OnePassHasTheBitsOfTheTwoThatItReplaces) {
  const LanguageModel model = testing::load_tiny_model(GetParam());
  for (const AttributionTask& task : {testing::make_task(6, 3), testing::make_thought_task()}) {
    const TokenRange span = span_of(task.sources);
    const UnablatedMeasurement both = measure_unablated(model, task, span);
    EXPECT_EQ(both.attention.span, span);
    EXPECT_TRUE(both.attention.attention_GTF.equal(attention_to_tokens(model, task, span).attention_GTF));
    const AblationOutcomes alone = score_unablated(model, task);
    EXPECT_TRUE(both.outcomes.token_log_probs_MU.equal(alone.token_log_probs_MU));
    EXPECT_TRUE(both.outcomes.log_probs_GM.equal(alone.log_probs_GM));
    EXPECT_TRUE(both.outcomes.logit_probs_GM.equal(alone.logit_probs_GM));
    EXPECT_EQ(both.outcomes.sequences_M, alone.sequences_M);
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, UnablatedTest,
                         ::testing::Values("llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3"));

}  // namespace
}  // namespace at2
