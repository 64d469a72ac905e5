// Fuzzes chat templates, and the templates of prompts: what parses renders a conversation or refuses it.
#include <string_view>
#include <vector>

#include "data/prompt_template.h"
#include "fuzz/refused_by_name.h"
#include "text/chat_template.h"
#include "text/utf8.h"

namespace {

using at2::testing::require;

void render(const at2::ChatTemplate& chat_template) {
  const std::vector<at2::Message> messages = {{"system", "Be brief."},
                                              {"user", "When?"},
                                              {"assistant", "<think>\nhm\n</think>\nIn 1911."},
                                              {"user", "Why {{ }}?"}};
  for (const auto thinking : {at2::ThinkingSwitch::unset, at2::ThinkingSwitch::on}) {
    at2::testing::read_or_refuse(
        [&] {
          const std::string prompt =
              chat_template.render(messages, {"<s>", std::nullopt}, at2::GenerationPrompt::yes, std::nullopt, thinking);
          require(!at2::find_invalid_utf8(prompt));
          return 0;
        },
        "fuzz.jinja");
  }
}

void fill(std::string_view text) {
  const std::vector<std::string> passages = {"One.", "Two."};
  const at2::TemplateRules rules{at2::Use::allowed, at2::Use::allowed, at2::Use::allowed};
  const at2::FilledPrompt prompt = at2::PromptTemplate(text, rules).fill({passages, "When?", passages});
  require(prompt.context.begin <= prompt.context.end && prompt.context.end <= std::ssize(prompt.content));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using at2::testing::read_or_refuse;
  const std::string_view text(reinterpret_cast<const char*>(input), size);
  std::optional<at2::ChatTemplate> chat_template;
  read_or_refuse([&] { return chat_template.emplace(text, "fuzz.jinja"), 0; }, "fuzz.jinja");
  if (chat_template) render(*chat_template);
  read_or_refuse([&] { return fill(text), 0; }, "");
  return 0;
}
