#include <gtest/gtest.h>

#include "model/pretrained.h"
#include "support/test_files.h"

namespace at2 {
namespace {

TEST(ModelNameTest, IsThatOfTheFileWithoutItsEndingOrOfTheFolder) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "Llama-3.1-8B");
  EXPECT_EQ(model_name(folder.path() / "Llama-3.1-8B"), "Llama-3.1-8B");
  EXPECT_EQ(model_name(folder.path() / "Llama-3.1-8B/"), "Llama-3.1-8B");
  EXPECT_EQ(model_name("models/SmolLM2.Q4_1.gguf"), "SmolLM2.Q4_1");
}

}  // namespace
}  // namespace at2
