/// \file text/prompt_ends.h
/// \brief What a prompt must begin and end with, whether its chat template writes it or not.
#pragma once

#include <string>
#include <string_view>

#include "text/chat_template.h"

namespace at2 {

/// What a thought begins and ends with.
inline constexpr std::string_view thought_open = "<think>";
inline constexpr std::string_view thought_close = "</think>";

/// `begin`, the start of a prompt up to the first user message, with the beginning-of-sequence token exactly once at
/// its start if the format needs one. Most templates write it themselves.
[[nodiscard]] std::string with_bos(std::string_view begin, const ChatFormat& format);

/// `end`, a prompt from the end of the last user message on, so that a model that thinks goes on with a thought: it
/// ends with "<think>\n" exactly once. A template may have written that itself, with or without the line break; a
/// thought that it has closed at once ("<think>\n\n</think>") is opened again. Unchanged for models that do not think.
[[nodiscard]] std::string with_open_thought(std::string_view end, const ChatFormat& format);

/// What a response that someone wrote adds to a prompt that ends as above: without the "<think>" that it begins with
/// and the line break behind it, where the prompt has them already. Unchanged for models that do not think.
[[nodiscard]] std::string without_repeated_opening(std::string_view response, const ChatFormat& format);

}  // namespace at2
