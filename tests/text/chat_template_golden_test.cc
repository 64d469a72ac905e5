// Renderings by transformers 4.51.3 (models' templates) and jinja2 3.1.6 in the same set-up (our own template).
#include <gtest/gtest.h>

#include "text/golden.h"

namespace at2 {
namespace {

TEST(ChatTemplateGoldenTest, DefaultModelsTemplateRendersAsInTransformers) {
  const ChatFormat format = load_chat_format(GgufFile(default_model_path()));
  EXPECT_EQ(format.tokens.bos, "<|im_start|>");
  EXPECT_EQ(format.tokens.eos, "<|im_end|>");
  const nlohmann::json cases = golden::read_json("templates.json");
  ASSERT_EQ(cases.size(), 16U);
  for (const nlohmann::json& expected : cases) {
    const std::vector<Message> messages = golden::messages(expected.at("messages"));
    EXPECT_EQ(format.chat_template.render(messages, format.tokens, golden::generation_prompt(expected)),
              expected.at("rendered").get<std::string>())
        << expected.at("conversation");
  }
}

TEST(ChatTemplateGoldenTest, DatesNamespacesLoopsAndJsonRenderAsInJinja) {
  const ChatTemplate chat_template(golden::read_text("turns.jinja"), "turns.jinja");
  const nlohmann::json golden_file = golden::read_json("turns.json");
  const std::chrono::local_seconds time(std::chrono::seconds(golden_file.at("local_time").get<std::int64_t>()));
  ASSERT_EQ(golden_file.at("cases").size(), 32U);
  for (const nlohmann::json& expected : golden_file.at("cases")) {
    const bool with_time = expected.at("with_time");
    const std::vector<Message> messages = golden::messages(expected.at("messages"));
    EXPECT_EQ(chat_template.render(messages, {.bos = "<begin>", .eos = "</s>"}, golden::generation_prompt(expected),
                                   with_time ? std::optional(time) : std::nullopt),
              expected.at("rendered").get<std::string>())
        << expected.at("conversation");
  }
}

/// Eight conversations with and without a generation prompt: system prompts, several turns, thoughts, odd texts.
void expect_renderings(const std::string& name, const std::filesystem::path& path) {
  const nlohmann::json golden_file = golden::read_json("model_templates.json");
  const std::chrono::local_seconds time(std::chrono::seconds(golden_file.at("local_time").get<std::int64_t>()));
  const nlohmann::json& spelled = golden_file.at("tokens").at(name);
  const SequenceTokens tokens{golden::optional_text(spelled.at("bos")), golden::optional_text(spelled.at("eos"))};
  const ChatTemplate chat_template(golden::read_file(path), name);
  std::size_t compared = 0;
  for (const nlohmann::json& expected : golden_file.at("cases")) {
    if (expected.at("template") != name) continue;
    const std::string conversation = expected.at("conversation");
    const std::vector<Message> messages = golden::messages(golden_file.at("conversations").at(conversation));
    EXPECT_EQ(chat_template.render(messages, tokens, golden::generation_prompt(expected), time),
              expected.at("rendered").get<std::string>())
        << conversation;
    ++compared;
  }
  EXPECT_EQ(compared, 16U);
}

std::string test_name(const testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param.substr(0, parameter.param.rfind(".jinja"));
  std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
  return name;
}

class ModelTemplateTest : public testing::TestWithParam<std::string> {};

TEST_P(ModelTemplateTest, RendersAsInTransformers) {
  expect_renderings(GetParam(), std::filesystem::path(AT2_GOLDEN_DIR) / "text" / "templates" / GetParam());
}

INSTANTIATE_TEST_SUITE_P(Free, ModelTemplateTest,
                         testing::Values("Qwen-Qwen2.5-7B-Instruct.jinja",
                                         "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.feb2025.jinja",
                                         "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.jinja",
                                         "llama-cpp-deepseek-r1.jinja", "microsoft-Phi-3.5-mini-instruct.jinja"),
                         test_name);

/// Templates whose licence is not a free one, in a folder of the user's.
class UsersTemplateTest : public testing::TestWithParam<std::string> {};

TEST_P(UsersTemplateTest, RendersAsInTransformers) {
  const char* const folder = std::getenv("AT2_TEMPLATE_DIR");
  if (folder == nullptr) GTEST_SKIP() << "set AT2_TEMPLATE_DIR to a folder with " << GetParam();
  expect_renderings(GetParam(), std::filesystem::path(folder) / GetParam());
}

INSTANTIATE_TEST_SUITE_P(Llama, UsersTemplateTest,
                         testing::Values("deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja",
                                         "meta-llama-Llama-3.1-8B-Instruct.jinja",
                                         "meta-llama-Llama-3.2-3B-Instruct.jinja"),
                         test_name);

}  // namespace
}  // namespace at2
