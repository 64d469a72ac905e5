/// \file data/prompt_template.h
/// \brief Prompt templates of the paper's appendix A.3, filled so that the context's place is known by construction.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// A filled template. Ranges are bytes of `content`.
struct FilledPrompt {
  std::string content;
  /// Empty where the template has no context.
  CharRange context;
  std::vector<CharRange> passages;
};

/// Places of a template.
enum class Field { context, query, options };
/// What a template must do with a field.
enum class Use { required, allowed, forbidden };

/// What the templates of a format must hold.
struct TemplateRules {
  Use context = Use::required;
  Use query = Use::required;
  Use options = Use::forbidden;
};

/// What fills a template.
struct PromptFields {
  /// Joined by a blank line.
  std::span<const std::string> passages;
  std::string_view query;
  /// Joined by a line break.
  std::span<const std::string> options = {};
};

/// A text with {context} or {passages} (two words for the same place), {query} and {options}, each at most once. {{ and
/// }} stand for braces.
class PromptTemplate {
 public:
  /// \throws UserError if a field is missing, unknown, repeated or forbidden, or a brace stands alone.
  explicit PromptTemplate(std::string_view text, const TemplateRules& rules = {});

  /// A line break before {options} is left out where there are none. \pre a template with a context gets passages
  [[nodiscard]] FilledPrompt fill(const PromptFields& fields) const;

 private:
  /// A field, and the literal text before it.
  struct Piece {
    std::string before;
    Field field;
  };
  [[nodiscard]] bool has(Field field) const;

  std::vector<Piece> pieces_;
  std::string after_;
};

}  // namespace at2
