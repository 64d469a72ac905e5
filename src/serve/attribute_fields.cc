#include "serve/attribute_fields.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "config/enum_text.h"
#include "data/characters.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using nlohmann::json;

constexpr std::string_view kFields[] = {"model",  "query",          "documents", "history", "response",
                                        "method", "methods",        "sources",   "spans",   "ranges",
                                        "task",   "max_new_tokens", "ablations", "most",    "smallest_share"};

/// What ranges count in: the response, or the answer after its thoughts.
std::string_view attributed_text(const Question& question) {
  const std::string_view response = *question.response;
  constexpr std::string_view kClose = "</think>";
  const std::size_t close = response.find(kClose);
  if (question.task == Task::context || close == std::string_view::npos) return response;
  return strip(response.substr(close + kClose.size()));
}

CharRange code_points_in(const json& range, const std::string& place) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  const RequestFields fields(range, place);
  constexpr std::string_view known[] = {"begin", "end"};
  fields.refuse_others(known);
  const auto begin = fields.whole_number("begin", 0, kAny);
  const auto end = fields.whole_number("end", 0, kAny);
  if (!begin || !end) refuse_field(place, "has no begin or no end");
  return {*begin, *end};
}

void read_ranges(const RequestFields& fields, Question& question) {
  const json* ranges = fields.array("ranges");
  if (ranges == nullptr || ranges->empty()) return;
  if (!question.response) refuse_field("ranges", "needs a response to count in: give it, or name words in `spans`");
  if (find_invalid_utf8(*question.response)) return;  // The engine says so.
  const CodePointOffsets points(attributed_text(question));
  for (std::size_t i = 0; i < ranges->size(); ++i) {
    const std::string place = "ranges[" + std::to_string(i) + "]";
    const CharRange range = code_points_in((*ranges)[i], place);
    if (range.begin >= range.end || range.end > points.size()) {
      refuse_field(place, "is empty or outside: the text has " + std::to_string(points.size()) + " code points");
    }
    question.ranges.push_back(points.to_bytes(range));
  }
}

void read_spans(const RequestFields& fields, Question& question) {
  const json* spans = fields.array("spans");
  if (spans == nullptr) return;
  for (std::size_t i = 0; i < spans->size(); ++i) {
    if (!(*spans)[i].is_string()) refuse_type("spans[" + std::to_string(i) + "]", (*spans)[i], "a string");
    question.spans.push_back((*spans)[i].get<std::string>());
  }
}

void read_task(const RequestFields& fields, Question& question) {
  const auto word = fields.text("task");
  if (!word) return;
  question.task = from_text<Task>(*word);
  if (!question.task) refuse_field("task", "is \"" + *word + "\", possible are " + enum_list<Task>());
}

}  // namespace

AttributeCall parse_attribute_call(std::string_view body, const RequestScope& scope) {
  const json parsed = parse_body(body);
  const RequestFields fields(parsed, "");
  fields.refuse_others(kFields);
  check_model(fields, scope.model);
  AttributeCall call;
  Question& question = call.question;
  question.query = fields.required_text("query");
  question.documents = documents_in(fields);
  if (const json* history = fields.array("history")) question.history = messages_in(*history, "history");
  question.response = fields.text("response");
  CitationWish wish{{scope.methods.front()}, SourceKind::sentence, {}, 32};
  read_citation_wish(fields, scope.methods, wish);
  question.methods = wish.methods;
  question.sources = wish.sources;
  question.esm_ablations = wish.esm_ablations;
  call.citations = wish.options;
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  question.max_new_tokens =
      std::min(scope.max_new_tokens, fields.whole_number("max_new_tokens", 1, kAny).value_or(scope.max_new_tokens));
  read_task(fields, question);
  read_spans(fields, question);
  read_ranges(fields, question);
  return call;
}

}  // namespace at2
