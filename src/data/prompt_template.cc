#include "data/prompt_template.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/errors.h"

namespace at2 {
namespace {

struct FieldWords {
  Field field;
  const char* name;
  Use TemplateRules::*rule;
};

constexpr std::array<FieldWords, 3> kFields{{{Field::context, "{context} or {passages}", &TemplateRules::context},
                                             {Field::query, "{query}", &TemplateRules::query},
                                             {Field::options, "{options}", &TemplateRules::options}}};

const FieldWords& words_of(Field field) {
  return *std::find_if(kFields.begin(), kFields.end(),
                       [field](const FieldWords& words) { return words.field == field; });
}

/// "use {context} or {passages} once and {query} once; write {{ and }} for braces"
std::string advice(const TemplateRules& rules) {
  std::string text;
  for (const FieldWords& words : kFields) {
    if (rules.*words.rule == Use::forbidden) continue;
    text.append(text.empty() ? "use " : " and ").append(words.name);
    text.append(rules.*words.rule == Use::required ? " once" : " at most once");
  }
  return text.empty() ? "leave it empty: the format has no such records" : text + "; write {{ and }} for braces";
}

[[noreturn]] void refuse(std::string_view text, const std::string& why, const TemplateRules& rules) {
  throw UserError("prompt template \"" + std::string(text) + "\"", why, advice(rules));
}

std::optional<Field> field_of(std::string_view word) {
  if (word == "context" || word == "passages") return Field::context;
  if (word == "query") return Field::query;
  if (word == "options") return Field::options;
  return std::nullopt;
}

std::int64_t append(std::string& content, std::string_view text) {
  content += text;
  return static_cast<std::int64_t>(content.size());
}

void append_passages(FilledPrompt& prompt, std::span<const std::string> passages) {
  AT2_EXPECT(!passages.empty(), "a prompt with a context has at least one passage");
  prompt.context.begin = static_cast<std::int64_t>(prompt.content.size());
  for (const std::string& passage : passages) {
    if (!prompt.passages.empty()) prompt.content += "\n\n";
    const auto begin = static_cast<std::int64_t>(prompt.content.size());
    prompt.passages.push_back({begin, append(prompt.content, passage)});
  }
  prompt.context.end = static_cast<std::int64_t>(prompt.content.size());
}

void append_options(std::string& content, std::span<const std::string> options) {
  if (options.empty() && content.ends_with('\n')) content.pop_back();
  for (std::size_t i = 0; i < options.size(); ++i) content.append(i == 0 ? "" : "\n").append(options[i]);
}

}  // namespace

PromptTemplate::PromptTemplate(std::string_view text, const TemplateRules& rules) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (letter != '{' && letter != '}') {
      after_.push_back(letter);
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == letter) {
      after_.push_back(text[i++]);
      continue;
    }
    const std::size_t close = text.find('}', i);
    if (letter == '}' || close == std::string_view::npos) refuse(text, "a brace stands alone", rules);
    const std::string_view word = text.substr(i + 1, close - i - 1);
    const std::optional<Field> field = field_of(word);
    if (!field) refuse(text, "unknown {" + std::string(word) + "}", rules);
    const FieldWords& words = words_of(*field);
    if (has(*field)) refuse(text, std::string(words.name) + " stands twice", rules);
    if (rules.*words.rule == Use::forbidden) refuse(text, std::string(words.name) + " has no place here", rules);
    pieces_.push_back({std::exchange(after_, {}), *field});
    i = close;
  }
  for (const FieldWords& words : kFields) {
    if (rules.*words.rule == Use::required && !has(words.field)) {
      refuse(text, std::string(words.name) + " is missing", rules);
    }
  }
}

bool PromptTemplate::has(Field field) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [field](const Piece& piece) { return piece.field == field; });
}

FilledPrompt PromptTemplate::fill(const PromptFields& fields) const {
  FilledPrompt prompt;
  for (const Piece& piece : pieces_) {
    prompt.content += piece.before;
    if (piece.field == Field::context) append_passages(prompt, fields.passages);
    if (piece.field == Field::query) prompt.content += fields.query;
    if (piece.field == Field::options) append_options(prompt.content, fields.options);
  }
  prompt.content += after_;
  return prompt;
}

}  // namespace at2
