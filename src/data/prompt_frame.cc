#include "data/prompt_frame.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "data/characters.h"
#include "text/prompt_ends.h"

namespace at2 {
namespace {

// Unlike in length, first and last letters and lines; both with what a template might escape, fold or cut.
constexpr std::string_view kFirstProbe = "At2: is \"a\" < 'b' & c?\n\n  Yes  {{ 1 }}\\n <b>this</b>\tis";
constexpr std::string_view kSecondProbe =
    "\xC3\xBC"
    "ber 7 words\nof the OTHER probe {% x %}, and no more";

std::string render(const ChatFormat& chat, std::span<const Message> history, std::string content) {
  std::vector<Message> messages(history.begin(), history.end());
  messages.push_back({"user", std::move(content)});
  return chat.chat_template.render(messages, chat.tokens, GenerationPrompt::yes, std::nullopt,
                                   chat.thinks ? ThinkingSwitch::on : ThinkingSwitch::unset);
}

[[noreturn]] void refuse(const std::string& why) {
  throw UserError("the model's chat template cannot be used", why, "use a model whose template keeps a user's message");
}

PromptFrame frame_around(const ChatFormat& chat, std::span<const Message> history, std::string_view probe) {
  const std::string text = render(chat, history, std::string(probe));
  const std::size_t at = text.find(probe);
  if (at == std::string::npos) refuse("it changes the text of the user's message or leaves it out");
  if (text.rfind(probe) != at) refuse("it writes the user's message more than once");
  return {text.substr(0, at), text.substr(at + probe.size())};
}

/// What a template that trims may leave of a message.
std::array<std::string_view, 4> trimmed_forms(std::string_view content) {
  const std::string_view inner = strip(content);
  if (inner.empty()) return {content, inner, inner, inner};
  const auto first = static_cast<std::size_t>(inner.data() - content.data());
  return {content, inner, content.substr(first), content.substr(0, first + inner.size())};
}

}  // namespace

PromptFrame prompt_frame(const ChatFormat& chat, std::span<const Message> history) {
  PromptFrame frame = frame_around(chat, history, kFirstProbe);
  const PromptFrame other = frame_around(chat, history, kSecondProbe);
  if (frame.before != other.before || frame.after != other.after) {
    refuse("what it writes around the user's message depends on the message");
  }
  return frame;
}

std::optional<FramedPrompt> frame_prompt(const ChatFormat& chat, const PromptFrame& frame, const std::string& content,
                                         std::span<const Message> history) {
  const std::string written = render(chat, history, content);
  std::string_view body = written;
  if (!body.starts_with(frame.before)) return std::nullopt;
  body.remove_prefix(frame.before.size());
  if (!body.ends_with(frame.after)) return std::nullopt;
  body.remove_suffix(frame.after.size());
  for (const std::string_view form : trimmed_forms(content)) {
    if (body != form) continue;
    FramedPrompt prompt;
    prompt.text = with_bos(frame.before, chat);
    prompt.content = {std::ssize(prompt.text), std::ssize(prompt.text) + std::ssize(form)};
    prompt.skipped = form.data() - content.data();
    prompt.text += form;
    prompt.text += with_open_thought(frame.after, chat);
    return prompt;
  }
  return std::nullopt;
}

}  // namespace at2
