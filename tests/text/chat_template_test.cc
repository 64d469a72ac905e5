#include "text/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "base/errors.h"

namespace at2 {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::vector<Message> kHello = {{"user", "Hello"}};

std::string render(const std::string& source, const std::vector<Message>& messages = kHello) {
  return ChatTemplate(source, "t.jinja").render(messages, {.bos = "<s>", .eos = std::nullopt}, GenerationPrompt::yes);
}

TEST(ChatTemplateTest, WritesMessagesAndTokens) {
  EXPECT_EQ(render("{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"),
            "<s>[user] Hello\n");
}

TEST(ChatTemplateTest, AnAbsentTokenIsUndefined) {
  EXPECT_EQ(render("{{ 'yes' if eos_token is defined else 'no' }}"), "no");
}

TEST(ChatTemplateTest, TheGenerationPromptIsTheCallersChoice) {
  const ChatTemplate chat_template("{{ 'go' if add_generation_prompt else 'stop' }}");
  EXPECT_EQ(chat_template.render(kHello, {}, GenerationPrompt::yes), "go");
  EXPECT_EQ(chat_template.render(kHello, {}, GenerationPrompt::no), "stop");
}

TEST(ChatTemplateTest, MessagesAreNotTemplatesAndNotHtml) {
  EXPECT_EQ(render("{{ messages[0].content }}", {{"user", "{{ 1 + 1 }} <b>&amp;</b> \"'"}}),
            "{{ 1 + 1 }} <b>&amp;</b> \"'");
}

TEST(ChatTemplateTest, StripsAsPythonDoes) {
  EXPECT_EQ(
      render("<{{ messages[0].content.strip() }}|{{ messages[0].content | trim }}>", {{"user", "\x1f\u00a0 a \u3000"}}),
      "<a|a>");
}

TEST(ChatTemplateTest, WithoutATimeThereIsNoClock) {
  const std::string source = "{{ strftime_now('%d %b %Y') if strftime_now is defined else 'a fixed date' }}";
  EXPECT_EQ(render(source), "a fixed date");
  const std::chrono::local_seconds leap_day(std::chrono::local_days(std::chrono::year(2024) / 2 / 29));
  EXPECT_EQ(ChatTemplate(source).render(kHello, {}, GenerationPrompt::yes, leap_day), "29 Feb 2024");
}

TEST(ChatTemplateTest, TheThinkingSwitchIsUndefinedOrOn) {
  const ChatTemplate chat_template("{{ enable_thinking if enable_thinking is defined else 'undefined' }}");
  EXPECT_EQ(chat_template.render(kHello, {}, GenerationPrompt::yes), "undefined");
  EXPECT_EQ(chat_template.render(kHello, {}, GenerationPrompt::yes, std::nullopt, ThinkingSwitch::on), "True");
}

TEST(ChatTemplateTest, MovedTemplateWorks) {
  ChatTemplate first("{{ messages[0].content }}");
  const ChatTemplate second = std::move(first);
  EXPECT_EQ(second.render(kHello, {}, GenerationPrompt::no), "Hello");
}

TEST(ChatTemplateErrorTest, SyntaxErrorsNameTheLine) {
  EXPECT_THAT([] { ChatTemplate("one\ntwo\n{% for x of messages %}", "folder/t.jinja"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("folder/t.jinja:3"), HasSubstr("syntax error"))));
}

TEST(ChatTemplateErrorTest, RefusalsNameTheLineAndTheTemplatesReason) {
  EXPECT_THAT([] { render("\n{{ raise_exception('roles must alternate') }}"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("t.jinja:2"), HasSubstr("roles must alternate"))));
}

TEST(ChatTemplateErrorTest, LinesAfterGenerationBlocksAreRight) {
  EXPECT_THAT([] { render("{% generation %}\nx\n{%- endgeneration %}\n{{ messages.nothing() }}"); },
              ThrowsMessage<UserError>(HasSubstr("t.jinja:4")));
}

TEST(ChatTemplateErrorTest, EndlessWorkIsStopped) {
  EXPECT_THAT(
      [] { render("{% for a in range(50000) %}{% for b in range(50000) %}{% set c = b %}{% endfor %}{% endfor %}"); },
      ThrowsMessage<UserError>(HasSubstr("fuel")));
}

TEST(ChatTemplateErrorTest, EndlessRecursionIsStopped) {
  EXPECT_THAT([] { render("{% macro again() %}{{ again() }}{% endmacro %}\n{{ again() }}"); },
              ThrowsMessage<UserError>(HasSubstr("recursion")));
  std::string nested(100000, '(');
  EXPECT_THROW(ChatTemplate("{{ " + nested, "t.jinja"), UserError);
}

TEST(ChatTemplateErrorTest, MalformedUtf8NamesTheMessage) {
  EXPECT_THAT(
      [] {
        render("{{ messages[1].content }}", {{"user", "ok"}, {"assistant", "ab\xc3"}});
      },
      ThrowsMessage<UserError>(AllOf(HasSubstr("message 2"), HasSubstr("byte 2"))));
  EXPECT_THROW(ChatTemplate("\xff"), UserError);
}

class ChatFormatTest : public testing::Test {
 protected:
  ChatFormatTest()
      : folder_(testing::TempDir() + "chat_format_" + testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~ChatFormatTest() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::string rendered() const {
    const ChatFormat format = load_chat_format(folder_);
    return format.chat_template.render(kHello, format.tokens, GenerationPrompt::no);
  }
  const std::filesystem::path folder_;
};

TEST_F(ChatFormatTest, TemplateFileGoesBeforeTheConfig) {
  write("tokenizer_config.json", R"({"chat_template": "config", "bos_token": "<s>"})");
  write("chat_template.jinja", "file {{ bos_token }}");
  EXPECT_EQ(rendered(), "file <s>");
}

TEST_F(ChatFormatTest, TemplateOfTheConfigIsAText) {
  write("tokenizer_config.json", R"({"chat_template": "config {{ eos_token }}", "eos_token": {"content": "</s>"}})");
  EXPECT_EQ(rendered(), "config </s>");
}

TEST_F(ChatFormatTest, OfAListTheDefaultIsTaken) {
  write(
      "tokenizer_config.json",
      R"({"chat_template": [{"name": "rag", "template": "no"}, {"name": "default", "template": "yes"}], "bos_token": null})");
  EXPECT_EQ(rendered(), "yes");
  EXPECT_EQ(load_chat_format(folder_).tokens.bos, std::nullopt);
}

TEST_F(ChatFormatTest, TemplatesThatKnowThoughtsAreOfModelsThatThink) {
  write("tokenizer_config.json", R"({"chat_template": "{{ messages[0].content.split('</think>')[-1] }}"})");
  EXPECT_TRUE(load_chat_format(folder_).thinks);
  write("tokenizer_config.json", R"({"chat_template": "I think so"})");
  EXPECT_FALSE(load_chat_format(folder_).thinks);
}

TEST_F(ChatFormatTest, TheConfigSaysWhetherTheTokenizerPutsABeginning) {
  write("tokenizer_config.json", R"({"chat_template": "x", "bos_token": "<s>", "add_bos_token": true})");
  EXPECT_TRUE(load_chat_format(folder_).needs_bos);
  write("tokenizer_config.json", R"({"chat_template": "x", "bos_token": "<s>", "add_bos_token": false})");
  EXPECT_FALSE(load_chat_format(folder_).needs_bos);
  write("tokenizer_config.json", R"({"chat_template": "x", "bos_token": "<s>"})");
  EXPECT_FALSE(load_chat_format(folder_).needs_bos);
}

TEST_F(ChatFormatTest, WhatIsMissingOrBrokenIsNamed) {
  const auto load = [&] { static_cast<void>(load_chat_format(folder_)); };
  EXPECT_THAT(load, ThrowsMessage<UserError>(AllOf(HasSubstr("tokenizer_config.json"), HasSubstr("missing"))));
  write("tokenizer_config.json", "{}");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("no chat template")));
  write("tokenizer_config.json", "[]");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("not a JSON object")));
  write("tokenizer_config.json", "{\"chat_template\":");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("broken")));
  write("tokenizer_config.json", R"({"chat_template": "x", "bos_token": 5})");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("bos_token is not a token")));
  write("tokenizer_config.json", R"({"chat_template": "x", "add_bos_token": "yes"})");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("add_bos_token is neither")));
  write("tokenizer_config.json", R"({"chat_template": "{{ x", "bos_token": "a"})");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("tokenizer_config.json: chat_template:1")));
}

}  // namespace
}  // namespace at2
