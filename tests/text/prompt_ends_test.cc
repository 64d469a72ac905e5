#include "text/prompt_ends.h"

#include <gtest/gtest.h>

namespace at2 {
namespace {

ChatFormat format(bool thinks, bool needs_bos) {
  return {ChatTemplate("{{ messages[0].content }}"), {.bos = "<s>", .eos = std::nullopt}, thinks, needs_bos};
}

TEST(PromptEndsTest, ThoughtIsOpenedExactlyOnce) {
  const ChatFormat thinking = format(true, false);
  EXPECT_EQ(with_open_thought("<|assistant|>", thinking), "<|assistant|><think>\n");
  EXPECT_EQ(with_open_thought("<|assistant|>\n", thinking), "<|assistant|>\n<think>\n");
  EXPECT_EQ(with_open_thought("<|assistant|><think>\n", thinking), "<|assistant|><think>\n");
  EXPECT_EQ(with_open_thought("<|assistant|><think>", thinking), "<|assistant|><think>\n");
  EXPECT_EQ(with_open_thought("<|assistant|><think>\n\n", thinking), "<|assistant|><think>\n");
}

TEST(PromptEndsTest, AnEmptyThoughtIsOpenedAgain) {
  const ChatFormat thinking = format(true, false);
  EXPECT_EQ(with_open_thought("<|assistant|>\n<think>\n\n</think>\n\n", thinking), "<|assistant|>\n<think>\n");
  EXPECT_EQ(with_open_thought("<|assistant|><think>\n</think>", thinking), "<|assistant|><think>\n");
}

TEST(PromptEndsTest, AFinishedThoughtStays) {
  EXPECT_EQ(with_open_thought("<think>a</think><|assistant|>", format(true, false)),
            "<think>a</think><|assistant|><think>\n");
  EXPECT_EQ(with_open_thought("<think>a</think>", format(true, false)), "<think>a</think><think>\n");
}

TEST(PromptEndsTest, ModelsThatDoNotThinkAreNotMadeTo) {
  EXPECT_EQ(with_open_thought("<|assistant|>\n", format(false, false)), "<|assistant|>\n");
}

TEST(PromptEndsTest, AGivenResponseDoesNotOpenTheThoughtAgain) {
  const ChatFormat thinking = format(true, false);
  EXPECT_EQ(without_repeated_opening("<think>\na</think>b", thinking), "a</think>b");
  EXPECT_EQ(without_repeated_opening(" \n<think>\r\n\na</think>b", thinking), "\na</think>b") << "one line break";
  EXPECT_EQ(without_repeated_opening("<think>a", thinking), "a");
  EXPECT_EQ(without_repeated_opening("a <think>b</think>", thinking), "a <think>b</think>");
  EXPECT_EQ(without_repeated_opening(" \n", thinking), " \n");
  EXPECT_EQ(without_repeated_opening("<think>\na</think>b", format(false, false)), "<think>\na</think>b");
}

TEST(PromptEndsTest, BeginningOfSequenceComesExactlyOnce) {
  EXPECT_EQ(with_bos("<|user|>", format(false, true)), "<s><|user|>");
  EXPECT_EQ(with_bos("<s><|user|>", format(false, true)), "<s><|user|>");
  EXPECT_EQ(with_bos("", format(false, true)), "<s>");
}

TEST(PromptEndsTest, BeginningOfSequenceIsNotPutWhereTheFileDoesNotAskForIt) {
  EXPECT_EQ(with_bos("<|user|>", format(false, false)), "<|user|>");
  ChatFormat nameless = format(false, true);
  nameless.tokens.bos = std::nullopt;
  EXPECT_EQ(with_bos("<|user|>", nameless), "<|user|>");
}

}  // namespace
}  // namespace at2
