/// \file data/prompt_template.h
/// \brief Prompt templates of the paper's appendix A.3, filled so that the context's place is known by construction.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ranges.h"
#include "config/options.h"

namespace at2 {

/// A filled template. Ranges are bytes of `content`.
struct FilledPrompt {
  std::string content;
  CharRange context;
  std::vector<CharRange> passages;
};

/// A text with {context} or {passages} (two words for the same place) and {query}, each exactly once. {{ and }} stand
/// for braces.
class PromptTemplate {
 public:
  /// \throws UserError if a placeholder is missing, unknown or repeated, or a brace stands alone.
  explicit PromptTemplate(std::string_view text);

  /// Puts `passages`, joined by a blank line, and `query` into their places. \pre `passages` is not empty.
  [[nodiscard]] FilledPrompt fill(std::span<const std::string> passages, std::string_view query) const;

 private:
  enum class Part { context, query };
  std::string before_;
  std::string between_;
  std::string after_;
  Part first_ = Part::context;
};

/// The paper's template for a format (appendix A.3.1).
[[nodiscard]] std::string_view default_prompt_template(DatasetFormat format);

}  // namespace at2
