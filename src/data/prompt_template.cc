#include "data/prompt_template.h"

#include <array>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr std::string_view kHow = "use {context} or {passages} once and {query} once; write {{ and }} for braces";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UserError("prompt template \"" + std::string(text) + "\"", why, kHow);
}

std::int64_t append(std::string& content, std::string_view text) {
  content += text;
  return static_cast<std::int64_t>(content.size());
}

void append_passages(FilledPrompt& prompt, std::span<const std::string> passages) {
  prompt.context.begin = static_cast<std::int64_t>(prompt.content.size());
  for (const std::string& passage : passages) {
    if (!prompt.passages.empty()) prompt.content += "\n\n";
    const auto begin = static_cast<std::int64_t>(prompt.content.size());
    prompt.passages.push_back({begin, append(prompt.content, passage)});
  }
  prompt.context.end = static_cast<std::int64_t>(prompt.content.size());
}

}  // namespace

PromptTemplate::PromptTemplate(std::string_view text) {
  std::array<std::string*, 3> texts{&before_, &between_, &after_};
  std::array<Part, 2> parts{};
  std::size_t found = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{' && text[i] != '}') {
      texts[found]->push_back(text[i]);
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == text[i]) {
      texts[found]->push_back(text[i++]);
      continue;
    }
    const std::size_t close = text.find('}', i);
    if (text[i] == '}' || close == std::string_view::npos) refuse(text, "a brace stands alone");
    const std::string_view word = text.substr(i + 1, close - i - 1);
    const bool is_query = word == "query";
    if (!is_query && word != "context" && word != "passages") refuse(text, "unknown {" + std::string(word) + "}");
    const Part part = is_query ? Part::query : Part::context;
    if (found == 2 || (found == 1 && parts[0] == part)) {
      refuse(text, is_query ? "{query} stands twice" : "the context stands twice");
    }
    parts[found++] = part;
    i = close;
  }
  if (found < 2) {
    const bool lacks_query = found == 0 || parts[0] == Part::context;
    refuse(text, lacks_query ? "{query} is missing" : "{context} or {passages} is missing");
  }
  first_ = parts[0];
}

FilledPrompt PromptTemplate::fill(std::span<const std::string> passages, std::string_view query) const {
  AT2_EXPECT(!passages.empty(), "a prompt has at least one passage");
  FilledPrompt prompt;
  prompt.content = before_;
  if (first_ == Part::context) {
    append_passages(prompt, passages);
  } else {
    prompt.content += query;
  }
  prompt.content += between_;
  if (first_ == Part::context) {
    prompt.content += query;
  } else {
    append_passages(prompt, passages);
  }
  prompt.content += after_;
  return prompt;
}

std::string_view default_prompt_template(DatasetFormat format) {
  return format == DatasetFormat::dolly ? "Context: {context}\n\nQuery: {query}"
                                        : "Passages:\n\n{passages}\n\nQuery: {query}";
}

}  // namespace at2
