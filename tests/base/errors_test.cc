#include "base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(UserErrorTest, MessageIsProblemWhyAndWhatToDo) {
  EXPECT_STREQ(UserError("a.gguf cannot be read", "it is cut off", "get it again").what(),
               "a.gguf cannot be read (it is cut off): get it again");
}

TEST(UserErrorTest, PartsThatAreEmptyLeaveNoMarks) {
  EXPECT_STREQ(UserError("problem", "", "do").what(), "problem: do");
  EXPECT_STREQ(UserError("problem", "why", "").what(), "problem (why)");
  EXPECT_STREQ(UserError("problem", "", "").what(), "problem");
}

TEST(UserErrorTest, ControlCharactersOfNamesAreNotShown) {
  EXPECT_STREQ(UserError(std::string("a\0b", 3), "\x1B[2J", "\x7Fz").what(), "a?b (?[2J): ?z");
  EXPECT_STREQ(UserError("Größe\n\tΩ", "", "").what(), "Größe\n\tΩ");
}

TEST(RecordErrorTest, ReasonIsKeptApartFromTheDetail) {
  const RecordError error("empty context", "data.jsonl:3");
  EXPECT_EQ(error.reason(), "empty context");
  EXPECT_STREQ(error.what(), "empty context (data.jsonl:3)");
}

TEST(ExpectTest, BrokenContractNamesPlaceMessageAndCondition) {
  const auto message = []() -> std::string {
    try {
      AT2_EXPECT(1 + 1 == 3, "sums are right");
    } catch (const ContractViolation& error) {
      return error.what();
    }
    return "no ContractViolation";
  }();
  EXPECT_THAT(message, AllOf(HasSubstr("errors_test.cc:"), HasSubstr("sums are right"), HasSubstr("[1 + 1 == 3]")));
}

TEST(ExpectTest, KeptContractEvaluatesItsConditionOnce) {
  int evaluated = 0;
  AT2_EXPECT(++evaluated == 1, "once");
  EXPECT_EQ(evaluated, 1);
}

}  // namespace
}  // namespace at2
