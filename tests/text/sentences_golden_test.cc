// Sentences by NLTK 3.10.4 and the reference's rules (tests/golden/text/sentences.json).
#include <gtest/gtest.h>

#include "text/golden.h"
#include "text/sentences.h"

namespace at2 {
namespace {

TEST(SentencesGoldenTest, PiecesAndSentencesEqualNltk) {
  const SentenceSplitter splitter(punkt_dir());
  const nlohmann::json cases = golden::read_json("sentences.json");
  ASSERT_GE(cases.size(), 140U);
  for (const nlohmann::json& expected : cases) {
    const std::string text = expected.at("text");
    EXPECT_EQ(splitter.split_all(text), golden::byte_ranges(expected.at("pieces"), text)) << text;
    EXPECT_EQ(splitter.split(text), golden::byte_ranges(expected.at("sentences"), text)) << text;
  }
}

}  // namespace
}  // namespace at2
