#include "data/prompt_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "support/test_files.h"
#include "text/golden.h"

namespace at2 {
namespace {

using testing::HasSubstr;

ChatFormat format(const std::string& source) {
  return {ChatTemplate(source), {.bos = "<s>", .eos = std::nullopt}, false, false};
}

std::string covered(const FramedPrompt& prompt) {
  return prompt.text.substr(static_cast<std::size_t>(prompt.content.begin),
                            static_cast<std::size_t>(prompt.content.size()));
}

FramedPrompt framed(const ChatFormat& chat, const std::string& content) {
  return frame_prompt(chat, prompt_frame(chat), content).value();
}

TEST(PromptFrameTest, WordsOfTheFrameInTheMessageDoNoHarm) {
  const ChatFormat chat = format("User: {{ messages[0].content }} User: Bot:");
  for (const std::string content : {"User:", "User: ", " User: Bot:", "User: User: Bot: User: Bot:", "x User: x", ""}) {
    const FramedPrompt prompt = framed(chat, content);
    EXPECT_EQ(prompt.text, "User: " + content + " User: Bot:");
    EXPECT_EQ(covered(prompt), content);
    EXPECT_EQ(prompt.content.begin, 6);
    EXPECT_EQ(prompt.skipped, 0);
  }
}

TEST(PromptFrameTest, TheProbesThemselvesAreMessagesAsOthers) {
  const ChatFormat chat = format("[{{ messages[0].content }}]");
  // What the frame was seen on, taken from a template that shows it.
  std::string probe;
  try {
    static_cast<void>(prompt_frame(format("{{ raise_exception(messages[0].content) }}")));
  } catch (const UserError& error) {
    probe = error.what();
  }
  ASSERT_THAT(probe, HasSubstr("At2: is"));
  for (const std::string& content : {probe, probe + probe, " " + probe}) {
    EXPECT_EQ(covered(framed(chat, content)), content);
  }
}

TEST(PromptFrameTest, WhiteSpaceThatTheTemplateTrimsIsSkipped) {
  const std::string content = " \n\u00a0a b \n";
  const auto check = [&](const std::string& expression, const std::string& left, std::int64_t skipped) {
    const FramedPrompt prompt = framed(format("a b [{{ " + expression + " }}]"), content);
    EXPECT_EQ(covered(prompt), left) << expression;
    EXPECT_EQ(prompt.content.begin, 5) << expression;
    EXPECT_EQ(prompt.skipped, skipped) << expression;
  };
  check("messages[0].content", content, 0);
  check("messages[0].content | trim", "a b", 4);
  check("messages[0].content.strip()", "a b", 4);
  check("messages[0].content.lstrip()", "a b \n", 4);
  check("messages[0].content.rstrip()", " \n\u00a0a b", 0);
}

TEST(PromptFrameTest, TemplatesThatCannotCarryAMessageAreRefused) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"no message", "leaves it out"},
      {"{{ messages[0].content | upper }}", "changes the text"},
      {"{{ messages[0].content | replace('<', '&lt;') }}", "changes the text"},
      {"{{ messages[0].content.split() | join(' ') }}", "changes the text"},
      {"{{ messages[0].content[:20] }}", "changes the text"},
      {"{{ messages[0].content }} {{ messages[0].content }}", "more than once"},
      {"{{ messages[0].content | length }}: {{ messages[0].content }}", "depends on the message"},
      {"{{ messages[0].content[0] }}: {{ messages[0].content }}", "depends on the message"},
      {"{{ messages[0].content }} {{ messages[0].content[-1] }}", "depends on the message"},
      {"{% if messages[0].content.startswith('A') %}!{% endif %}{{ messages[0].content }}", "depends on the message"},
  };
  for (const auto& [source, fragment] : table) {
    EXPECT_THAT(message_of([&, &text = source] { static_cast<void>(prompt_frame(format(text))); }), HasSubstr(fragment))
        << source;
  }
}

TEST(PromptFrameTest, AMessageThatOneTemplateTreatsDifferentlyHasNoPlace) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[{{ messages[0].content[:200] }}]", std::string(201, 'x')},
      {"[{{ messages[0].content | replace('foo', 'bar') }}]", "a foo"},
      {"{% if 'tool' in messages[0].content %}T{% endif %}[{{ messages[0].content }}]", "a tool"},
      {"[{{ messages[0].content }}]{% if 'tool' in messages[0].content %}T{% endif %}", "a tool"},
      {"[{{ messages[0].content }}{% if 'twice' in messages[0].content %}{{ messages[0].content }}{% endif %}]",
       "twice"},
      {"[{{ messages[0].content.split('</think>')[-1] }}]", "a</think>b"},
  };
  for (const auto& [source, content] : table) {
    const ChatFormat chat = format(source);
    EXPECT_EQ(frame_prompt(chat, prompt_frame(chat), content), std::nullopt) << source;
    EXPECT_TRUE(frame_prompt(chat, prompt_frame(chat), "another")) << source;
  }
}

TEST(PromptFrameTest, BeginningOfSequenceIsLookedForOutsideTheMessage) {
  ChatFormat chat = format("{{ messages[0].content }}");
  chat.needs_bos = true;
  const FramedPrompt prompt = framed(chat, "<s>a");
  EXPECT_EQ(prompt.text, "<s><s>a");
  EXPECT_EQ(prompt.content, (CharRange{3, 7}));
}

TEST(PromptFrameTest, ThoughtsAreLookedForOutsideTheMessage) {
  ChatFormat chat = format("{{ messages[0].content }}");
  chat.thinks = true;
  EXPECT_EQ(framed(chat, "say <think>").text, "say <think><think>\n");
}

TEST(PromptFrameTest, TemplatesThatCloseTheThoughtUnlessToldToThinkAreToldToThink) {
  ChatFormat chat = format("{{ messages[0].content }}<a><think>\n{% if not enable_thinking %}</think>{% endif %}");
  chat.thinks = true;
  EXPECT_EQ(framed(chat, "x").text, "x<a><think>\n");
}

class ModelFrameTest : public testing::TestWithParam<std::string> {
 protected:
  ChatFormat chat() const {
    const std::string source = golden::read_text("templates/" + GetParam());
    const nlohmann::json tokens = golden::read_json("model_templates.json").at("tokens").at(GetParam());
    return {ChatTemplate(source, GetParam()),
            {golden::optional_text(tokens.at("bos")), std::nullopt},
            source.find("think>") != std::string::npos,
            true};
  }
};

TEST_P(ModelFrameTest, CarriesAnyMessageWithOneBeginningAndOneThought) {
  const ChatFormat format = chat();
  for (const std::string content : {"Context: a.\n\nQuery: b?", " \n x\n ", "<think>\n", "<|user|>\n", "user\n"}) {
    const FramedPrompt prompt = framed(format, content);
    EXPECT_EQ(covered(prompt), content);
    const std::string before = prompt.text.substr(0, static_cast<std::size_t>(prompt.content.begin));
    const std::string after = prompt.text.substr(static_cast<std::size_t>(prompt.content.end));
    if (format.tokens.bos) {
      EXPECT_THAT(before, testing::StartsWith(*format.tokens.bos));
      EXPECT_EQ(before.find(*format.tokens.bos, 1), std::string::npos) << before;
    }
    EXPECT_EQ(after.ends_with("<think>\n"), format.thinks) << after;
    EXPECT_EQ(after.find("<think>"), after.rfind("<think>")) << after;
    EXPECT_EQ(after.find("</think>"), std::string::npos) << after;
  }
}

INSTANTIATE_TEST_SUITE_P(Templates, ModelFrameTest,
                         testing::Values("Qwen-Qwen2.5-7B-Instruct.jinja",
                                         "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.feb2025.jinja",
                                         "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.jinja",
                                         "llama-cpp-deepseek-r1.jinja", "microsoft-Phi-3.5-mini-instruct.jinja"),
                         [](const auto& parameter) {
                           std::string name = parameter.param.substr(0, parameter.param.rfind(".jinja"));
                           std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
                           return name;
                         });

TEST(PromptFrameTest, EarlierTurnsAreTheFrameAndTheLastMessageIsFound) {
  const ChatFormat chat = format("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");
  const std::vector<Message> history{{"system", "be brief"}, {"user", "why?"}, {"assistant", "so"}};
  const std::string question = "why?";
  const PromptFrame frame = prompt_frame(chat, history);
  const FramedPrompt prompt = frame_prompt(chat, frame, question, history).value();
  EXPECT_EQ(prompt.text, "<system>be brief<user>why?<assistant>so<user>why?<assistant>");
  EXPECT_EQ(covered(prompt), question);
  EXPECT_EQ(prompt.content.begin, 45) << "the last one, not the same words of an earlier turn";
}

}  // namespace
}  // namespace at2
