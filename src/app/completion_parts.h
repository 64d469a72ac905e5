/// \file app/completion_parts.h
/// \brief The two shells' scripts. See app/completion.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace at2 {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();

/// Words with blanks between them.
template <typename Words>
[[nodiscard]] std::string joined_words(const Words& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

/// What a shell offers for a value that help calls `value`: a kind ("file", "folder", "key", "words", "") and, for
/// words, which.
struct Offer {
  std::string kind;
  std::vector<std::string> words;
};
[[nodiscard]] Offer offer_for(const std::string& value);

}  // namespace at2
