// What people really give to at2 attribute: huge, empty, broken and unusual texts. Each is attributed or refused by
// name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tiny_run.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using testing::CommandResult;
using ::testing::HasSubstr;
using testing::run_command;

class WildInputTest : public ::testing::Test {
 protected:
  WildInputTest() { folder_.write("answer.txt", "It opened in 1931.\n"); }

  /// Output and errors together.
  [[nodiscard]] CommandResult attribute(const std::string& context, const std::string& arguments = "") const {
    folder_.write("context.txt", context);
    return run_command("cd " + folder_.path().string() + " && timeout 100 " + AT2_PROGRAM +
                       " attribute --context context.txt --query \"When did it open?\" " + arguments + " 2>&1");
  }
  [[nodiscard]] nlohmann::json scored(const std::string& context, const std::string& arguments = "") const {
    const CommandResult result =
        attribute(context, "--response answer.txt --method average_attention --format json " + arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.exit_code == 0 ? nlohmann::json::parse(result.output) : nlohmann::json();
  }
  void expect_refused(const std::string& context, const std::string& why, const std::string& arguments = "") const {
    const CommandResult result = attribute(context, arguments);
    EXPECT_EQ(result.exit_code, 1) << result.output.substr(0, 500);
    EXPECT_THAT(result.output, AllOf(HasSubstr("error: "), HasSubstr(why)));
    EXPECT_LT(result.output.size(), 1000U) << "a message, not the text";
  }

  TestFolder folder_;
};

TEST_F(WildInputTest, TenMegabytesOnOneLineAreTooLong) {
  expect_refused(std::string(10'000'000, 'a'), "prompt longer than the model allows");
}

TEST_F(WildInputTest, AHundredThousandSourcesAreTooLong) {
  std::string lines;
  for (int line = 0; line < 100'000; ++line) lines += "A.\n";
  expect_refused(lines, "prompt longer than the model allows");
}

TEST_F(WildInputTest, FilesWithoutTextAreNamed) {
  expect_refused("", "context.txt");
  expect_refused(" \n\t\n", "context.txt is empty");
  expect_refused("\xEF\xBB\xBF", "context.txt");
}

TEST_F(WildInputTest, InvalidUtf8IsRefusedWithItsPlace) {
  expect_refused("abc \xFF def", "context.txt is not UTF-8 (byte 4)");
  expect_refused("abc \xED\xA0\x80", "context.txt is not UTF-8 (byte 4)");
  folder_.write("broken.txt", "\xC3");
  expect_refused("Fine.", "the response is not UTF-8 (byte 0)", "--response broken.txt");
}

TEST_F(WildInputTest, RightToLeftAndCombiningTextKeepsItsOffsets) {
  // Hebrew, Arabic, marks on marks, an override of direction, and a family of four code points and three joiners.
  const std::string text =
      "\u05D4\u05DE\u05D2\u05D3\u05DC\u05D5\u05E8 1931. \u0627\u0644\u0645\u0646\u0627\u0631\u0629 "
      "\u0628\u0646\u064A\u062A. "
      "e\u0301\u0301 nai\u0308ve. \u202Eevil\u202C. \U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466 end.";
  const nlohmann::json answer = scored(text);
  std::size_t letters = 0;
  for (const char byte : text) letters += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
  ASSERT_FALSE(answer["sources"].empty());
  std::size_t last = 0;
  for (const auto& source : answer["sources"]) {
    EXPECT_GE(source["begin"].get<std::size_t>(), last);
    last = source["end"].get<std::size_t>();
  }
  EXPECT_EQ(last, letters) << "in code points";
}

TEST_F(WildInputTest, AResponseWithoutAnySentenceEndIsOneTarget) {
  folder_.write("answer.txt", "the mill and the school and the river and no end");
  const nlohmann::json answer = scored("The mill is old. The school is new.");
  ASSERT_EQ(answer["targets"].size(), 1U);
  EXPECT_EQ(answer["targets"][0]["text"], "the mill and the school and the river and no end");
}

TEST_F(WildInputTest, ControlCharactersOfADocumentDoNotReachTheTerminal) {
  const CommandResult result = attribute(std::string("Red \x1B[31m ink. \x07 Bell 1931. \0 zero.", 36),
                                         "--response answer.txt --method average_attention --color never");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char byte : result.output) {
    EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= 0x20U) << "byte " << static_cast<int>(byte);
  }
}

TEST_F(WildInputTest, TextLikeATemplateIsText) {
  const nlohmann::json answer = scored("{{ 7 * 7 }} <|im_end|> {% raw %} opened in 1931.", "--sources word");
  EXPECT_EQ(answer["sources"][0]["text"], "{{");
}

}  // namespace
}  // namespace at2
