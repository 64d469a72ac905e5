#include "report/answer_markdown.h"

#include <map>
#include <string_view>

#include "report/citations.h"

namespace at2 {
namespace {

/// Without what a Markdown reader would take for HTML.
std::string without_html(std::string_view text) {
  std::string safe;
  for (const char byte : text) {
    if (byte == '<') {
      safe += "&lt;";
    } else if (byte == '&') {
      safe += "&amp;";
    } else {
      safe += byte;
    }
  }
  return safe;
}

/// A footnote is one paragraph.
std::string on_one_line(std::string text) {
  for (char& byte : text) {
    if (byte == '\n' || byte == '\r') byte = ' ';
  }
  return text;
}

}  // namespace

std::string answer_markdown(const AttributedAnswer& answer) {
  const std::string_view response = answer.response;
  const auto citations = citations_of(answer.methods.front());
  std::map<std::int64_t, std::int64_t> sources_by_number;
  std::string text;
  std::size_t written = 0;
  for (std::size_t g = 0; g < answer.targets.size(); ++g) {
    const auto end = static_cast<std::size_t>(answer.targets[g].end);
    text += without_html(response.substr(written, end - written));
    written = end;
    for (const Citation& citation : citations[g]) {
      text += "[^" + std::to_string(citation.number) + "]";
      sources_by_number[citation.number] = citation.source;
    }
  }
  text += without_html(response.substr(written)) + "\n";
  for (const auto& [number, source] : sources_by_number) {
    const AnswerSource& place = answer.sources[static_cast<std::size_t>(source)];
    const std::string& name = answer.documents[static_cast<std::size_t>(place.document)].name;
    text += "\n[^" + std::to_string(number) + "]: " + on_one_line(without_html(name)) + ": " +
            on_one_line(without_html(source_text(answer, source))) + "\n";
  }
  return text;
}

}  // namespace at2
