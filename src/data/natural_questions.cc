#include <algorithm>
#include <sstream>

#include "base/errors.h"
#include "data/formats.h"
#include "data/html_text.h"
#include "data/json_fields.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using nlohmann::json;

/// A page in one of the two forms. Spans of annotations are bytes of `document_html`, or tokens of `document_text`.
class Page {
 public:
  virtual ~Page() = default;
  /// Paragraphs and headers, in order.
  [[nodiscard]] virtual std::vector<std::string> blocks() const = 0;
  /// The text of a short or long answer. \throws RecordError if it lies outside the page
  [[nodiscard]] virtual std::string span_text(std::int64_t begin, std::int64_t end) const = 0;
  /// Its keys for the begin and end of a span.
  [[nodiscard]] virtual std::pair<const char*, const char*> span_keys() const = 0;
};

class HtmlPage : public Page {
 public:
  explicit HtmlPage(std::string html) : html_(std::move(html)) {}

  std::vector<std::string> blocks() const override {
    std::vector<std::string> texts;
    for (HtmlBlock& block : html_blocks(html_)) texts.push_back(std::move(block.text));
    return texts;
  }

  std::string span_text(std::int64_t begin, std::int64_t end) const override {
    const bool inside = begin >= 0 && begin <= end && end <= std::ssize(html_);
    // Offsets that count characters instead of bytes would fall into the middle of one sooner or later.
    if (!inside || !is_border(begin) || !is_border(end)) {
      throw RecordError("byte offsets outside the page", std::to_string(begin) + " to " + std::to_string(end));
    }
    return html_text(
        std::string_view(html_).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  }

  std::pair<const char*, const char*> span_keys() const override { return {"start_byte", "end_byte"}; }

 private:
  [[nodiscard]] bool is_border(std::int64_t byte) const {
    return byte == std::ssize(html_) ||
           (static_cast<unsigned char>(html_[static_cast<std::size_t>(byte)]) & 0xC0U) != 0x80U;
  }
  std::string html_;
};

/// The simplified form: words and tags, separated by single spaces.
class TokenPage : public Page {
 public:
  explicit TokenPage(const std::string& text) {
    std::istringstream stream(text);
    for (std::string token; std::getline(stream, token, ' ');) tokens_.push_back(std::move(token));
  }

  std::vector<std::string> blocks() const override {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!opens_block(tokens_[i])) continue;
      const std::string close = "</" + tokens_[i].substr(1);
      const auto end = std::find(tokens_.begin() + static_cast<std::ptrdiff_t>(i), tokens_.end(), close);
      const auto last = static_cast<std::size_t>(end - tokens_.begin());
      std::string text = words(i + 1, last);
      if (!text.empty()) texts.push_back(std::move(text));
      i = last;
    }
    return texts;
  }

  std::string span_text(std::int64_t begin, std::int64_t end) const override {
    if (begin < 0 || begin > end || end > std::ssize(tokens_)) {
      throw RecordError("token offsets outside the page", std::to_string(begin) + " to " + std::to_string(end));
    }
    return words(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
  }

  std::pair<const char*, const char*> span_keys() const override { return {"start_token", "end_token"}; }

 private:
  static bool opens_block(const std::string& token) {
    return token == "<P>" ||
           (token.size() == 4 && token.starts_with("<H") && token[2] >= '1' && token[2] <= '6' && token[3] == '>');
  }
  /// "<Td>", "</Td>", "<Td_colspan="2">"
  static bool is_tag(const std::string& token) {
    const std::size_t name = token.starts_with("</") ? 2 : 1;
    return token.size() > name + 1 && token.front() == '<' && token.back() == '>' && token[name] >= 'A' &&
           token[name] <= 'Z';
  }
  [[nodiscard]] std::string words(std::size_t begin, std::size_t end) const {
    std::string text;
    for (; begin < end; ++begin) {
      if (is_tag(tokens_[begin])) continue;
      if (!text.empty()) text.push_back(' ');
      text += tokens_[begin];
    }
    return text;
  }
  std::vector<std::string> tokens_;
};

std::unique_ptr<Page> page_of(const json& record) {
  if (auto html = optional_text(record, "document_html")) return std::make_unique<HtmlPage>(std::move(*html));
  if (auto text = optional_text(record, "document_text")) return std::make_unique<TokenPage>(*text);
  throw RecordError("missing key \"document_html\"", "nor is there \"document_text\"");
}

std::int64_t number_member(const json& record, const std::string& key) {
  const json& value = member(record, key);
  if (!value.is_number_integer()) {
    throw RecordError("wrong type of \"" + key + "\"", "expected a whole number, got " + start_of(value));
  }
  return value.get<std::int64_t>();
}

bool has_long_answer(const json& annotation, const Page& page) {
  return number_member(member(annotation, "long_answer"), page.span_keys().first) >= 0;
}

/// Whether the page answers the question: its one annotator found an answer, or two of several did, as the data set's
/// own evaluation counts.
bool is_answerable(const json& annotations, const Page& page) {
  const auto count = std::count_if(annotations.begin(), annotations.end(),
                                   [&page](const json& annotation) { return has_long_answer(annotation, page); });
  return count >= 1 && count >= std::min<std::ptrdiff_t>(2, std::ssize(annotations));
}

/// The first annotation's answer that there is: yes or no, the short answers, or the long one.
std::optional<std::string> answer_of(const json& annotations, const Page& page) {
  const auto [begin, end] = page.span_keys();
  for (const json& annotation : annotations) {
    if (!has_long_answer(annotation, page)) continue;
    const std::string verdict = optional_text(annotation, "yes_no_answer").value_or("NONE");
    if (verdict != "NONE") return verdict == "YES" ? "yes" : "no";
    std::string text;
    for (const json& span : list_member(annotation, "short_answers")) {
      if (!text.empty()) text += ", ";
      text += page.span_text(number_member(span, begin), number_member(span, end));
    }
    if (!text.empty()) return text;
    const json& span = member(annotation, "long_answer");
    return page.span_text(number_member(span, begin), number_member(span, end));
  }
  return std::nullopt;
}

ParsedRecord parse(const json& record) {
  RecordTexts texts;
  texts.id = id_member(record, "example_id");
  texts.query = question_member(record, "question_text");
  const auto page = page_of(record);
  const json& annotations = list_member(record, "annotations");
  if (!is_answerable(annotations, *page)) return filtered("no answer in the page");
  std::string context;
  for (const std::string& block : page->blocks()) context.append(context.empty() ? "" : "\n").append(block);
  if (context.empty()) return filtered(kNoContext);
  texts.answer = answer_of(annotations, *page);
  texts.passages = {std::move(context)};
  return {std::move(texts), ""};
}

}  // namespace

void read_natural_questions(TextInput& file, const TakeRecord& take) {
  read_json_records(file, take, parse, {"document_tokens", "long_answer_candidates", "question_tokens"});
}

}  // namespace at2
