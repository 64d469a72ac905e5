#include "model/pack_memory.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace at2 {
namespace {

ModelConfig llama_8b() {
  ModelConfig config;
  config.num_layers = 32;
  config.num_heads = 32;
  config.num_kv_heads = 8;
  config.head_width = 128;
  config.model_width = 4096;
  config.feed_forward_width = 14336;
  config.vocabulary_size = 128256;
  return config;
}

TEST(PackMemoryTest, ARowCostsTheLargerOfItsHalvesOfALayerItsResidualAndItsMask) {
  // Feed-forward 4 x 14,336 numbers of 2 bytes; residual 4,096 x (3 x 2 + 3 x 4); masks 2 x 1,000 x (4 + 2).
  EXPECT_EQ(bytes_per_row(llama_8b(), at::kBFloat16, 1000), 114688 + 73728 + 12000);
  ModelConfig many_heads = llama_8b();
  many_heads.feed_forward_width = 1024;
  // Attention 4 x 6,144 + 2 x 4,096 numbers.
  EXPECT_EQ(bytes_per_row(many_heads, at::kBFloat16, 1000), 65536 + 73728 + 12000);
}

TEST(PackMemoryTest, FourFifthsOfTheFreeMemoryLessTheHeadIsForRows) {
  const std::int64_t row = bytes_per_row(llama_8b(), at::kBFloat16, 1000);
  const std::int64_t head = 256L * 128256 * (2 + 8);
  EXPECT_EQ(rows_that_fit(llama_8b(), at::kBFloat16, 1000, (100 * row + head) / 4 * 5 + 5), 100);
  EXPECT_EQ(rows_that_fit(llama_8b(), at::kBFloat16, 1000, (100 * row + head) / 4 * 5 - 5), 99);
  const std::int64_t gigabytes_60 = 60L << 30;
  EXPECT_GT(rows_that_fit(llama_8b(), at::kBFloat16, 1000, gigabytes_60), 32 * 1000) << "32 masks of 1,000 tokens";
}

TEST(PackMemoryTest, OneRowAlwaysFits) {
  EXPECT_EQ(rows_that_fit(llama_8b(), at::kBFloat16, 1000, 0), 1);
  EXPECT_EQ(rows_that_fit(llama_8b(), at::kFloat, 1000, 1 << 20), 1);
}

TEST(PackMemoryTest, ACpuHasNoFreeMemoryToPlanWith) { EXPECT_FALSE(free_memory(at::kCPU).has_value()); }

TEST(PackMemoryTest, TheAllocatorsErrorsAreRecognised) {
  EXPECT_TRUE(is_out_of_memory(std::bad_alloc()));
  EXPECT_TRUE(is_out_of_memory(c10::OutOfMemoryError({__func__, __FILE__, __LINE__}, "CUDA out of memory.")));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // More than any machine has; sanitizers would end the process.
  try {
    static_cast<void>(at::empty({std::int64_t{1} << 52}));
    FAIL() << "nothing was thrown";
  } catch (const std::exception& error) {
    EXPECT_TRUE(is_out_of_memory(error)) << error.what();
  }
#endif
}

TEST(PackMemoryTest, OtherErrorsAreNot) {
  EXPECT_FALSE(is_out_of_memory(std::runtime_error("DefaultCPUAllocator: can't allocate memory")));
  try {
    static_cast<void>(at::empty({2, 3}) + at::empty({4}));
    FAIL() << "nothing was thrown";
  } catch (const std::exception& error) {
    EXPECT_FALSE(is_out_of_memory(error)) << error.what();
  }
}

}  // namespace
}  // namespace at2
