#include "text/chat_template.h"

#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "text/rust.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;  // templates may print a message as JSON
constexpr const char* kTemplateHint = "correct the template, or use another model";

void expect_utf8(const std::string& text, const std::string& what) {
  if (const auto bad = find_invalid_utf8(text)) {
    throw UserError(what + " is not UTF-8", "at byte " + std::to_string(*bad), "give plain UTF-8 text");
  }
}

/// The template's variables, as transformers passes them.
std::string variables(std::span<const Message> messages, const SequenceTokens& tokens, GenerationPrompt prompt,
                      ThinkingSwitch thinking) {
  Json turns = Json::array();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    expect_utf8(messages[i].role, "the role of message " + std::to_string(i + 1));
    expect_utf8(messages[i].content, "message " + std::to_string(i + 1));
    turns.push_back({{"role", messages[i].role}, {"content", messages[i].content}});
  }
  Json all = {{"messages", turns},
              {"tools", nullptr},
              {"documents", nullptr},
              {"add_generation_prompt", prompt == GenerationPrompt::yes}};
  if (tokens.bos) all["bos_token"] = *tokens.bos;
  if (tokens.eos) all["eos_token"] = *tokens.eos;
  if (thinking == ThinkingSwitch::on) all["enable_thinking"] = true;
  return all.dump();
}

At2Time civil_time(std::chrono::local_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto new_year = std::chrono::local_days(date.year() / std::chrono::January / 1);
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<std::int32_t>(static_cast<unsigned>(date.month())),
          .day = static_cast<std::int32_t>(static_cast<unsigned>(date.day())),
          .hour = static_cast<std::int32_t>(clock.hours().count()),
          .minute = static_cast<std::int32_t>(clock.minutes().count()),
          .second = static_cast<std::int32_t>(clock.seconds().count()),
          .weekday = static_cast<std::int32_t>(std::chrono::weekday(day).iso_encoding()) - 1,
          .day_of_year = static_cast<std::int32_t>((day - new_year).count()) + 1};
}

}  // namespace

void ChatTemplate::Free::operator()(At2Template* chat_template) const noexcept { at2_template_free(chat_template); }
ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;

ChatTemplate::ChatTemplate(std::string_view source, std::string_view name) : name_(name) {
  rust::ErrorSlot error;
  template_.reset(at2_template_new(source.data(), source.size(), error.slot()));
  if (!template_) throw UserError(error.place(name_) + " is not a chat template", error.message(), kTemplateHint);
}

std::string ChatTemplate::render(std::span<const Message> messages, const SequenceTokens& tokens,
                                 GenerationPrompt generation_prompt, std::optional<std::chrono::local_seconds> time,
                                 ThinkingSwitch thinking) const {
  const std::string context = variables(messages, tokens, generation_prompt, thinking);
  const At2Time now = civil_time(time.value_or(std::chrono::local_seconds{}));
  rust::ErrorSlot error;
  rust::OwnedString text;
  if (!at2_template_render(template_.get(), context.data(), context.size(), time ? &now : nullptr, text.slot(),
                           error.slot())) {
    throw UserError(error.place(name_) + " cannot write the prompt", error.message(), kTemplateHint);
  }
  return text.copy();
}

}  // namespace at2
