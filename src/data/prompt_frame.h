/// \file data/prompt_frame.h
/// \brief Where a chat template puts a user message, known for certain.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/ranges.h"
#include "text/chat_template.h"

namespace at2 {

/// What a chat template puts around one user message, whatever the message says.
struct PromptFrame {
  std::string before;
  std::string after;
};

/// The frame, seen on two messages that differ in every respect that a template might look at.
/// \param history  turns before the user message, which become part of the frame
/// \throws UserError if the template leaves a message out, changes it, writes it twice, or writes other words around
///         another message.
[[nodiscard]] PromptFrame prompt_frame(const ChatFormat& chat, std::span<const Message> history = {});

/// A prompt whose user message has a known place.
struct FramedPrompt {
  /// Begins and ends as text/prompt_ends.h says.
  std::string text;
  /// Bytes of `text` that come from the message.
  CharRange content;
  /// Bytes at the start of the message that the template left out: white space.
  std::int64_t skipped = 0;
  bool operator==(const FramedPrompt&) const = default;
};

/// The prompt for one user message. The template's text is compared with the frame from both sides, and what remains
/// with the message: nothing is searched for, so that words of the message that stand in the frame, too, do no harm.
/// \returns nothing if what the template makes of this message is not the frame around it, apart from white space that
///          it may leave out at the message's ends.
/// \throws UserError if the template refuses the message.
/// \pre `frame` was made with the same history
[[nodiscard]] std::optional<FramedPrompt> frame_prompt(const ChatFormat& chat, const PromptFrame& frame,
                                                       const std::string& content,
                                                       std::span<const Message> history = {});

}  // namespace at2
