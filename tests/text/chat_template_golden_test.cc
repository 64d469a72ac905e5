// Renderings by transformers 4.51.3 (SmolLM2's template) and jinja2 3.1.6 in the same set-up (our own template).
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

}  // namespace
}  // namespace at2
