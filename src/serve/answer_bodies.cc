#include "serve/answer_bodies.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "report/answer_json.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string event(const Json& json) { return "data: " + text_of(json) + "\n\n"; }

std::string part(const std::string& text, const CharRange& range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

Json span_json(const std::string& text, const CodePointOffsets& points, const CharRange& bytes) {
  const CharRange place = points.to_code_points(bytes);
  return {{"begin", place.begin}, {"end", place.end}, {"text", part(text, bytes)}};
}

class CitationWriter {
 public:
  explicit CitationWriter(const AttributedAnswer& answer) : answer_(&answer), response_points_(answer.response) {
    for (const AnswerDocument& document : answer.documents) document_points_.emplace_back(document.text);
  }

  [[nodiscard]] Json write(const AnswerScores& scores, const CitationOptions& options) const {
    Json targets = Json::array();
    const auto citations = citations_of(scores, options);
    for (std::size_t g = 0; g < citations.size(); ++g) {
      Json target = span_json(answer_->response, response_points_, answer_->targets[g]);
      target["sources"] = Json::array();
      for (const Citation& citation : citations[g]) target["sources"].push_back(source_json(citation));
      targets.push_back(std::move(target));
    }
    return targets;
  }

 private:
  [[nodiscard]] Json source_json(const Citation& citation) const {
    const AnswerSource& source = answer_->sources[static_cast<std::size_t>(citation.source)];
    const auto d = static_cast<std::size_t>(source.document);
    Json json = {{"document", source.document}, {"name", answer_->documents[d].name}};
    json.update(span_json(answer_->documents[d].text, document_points_[d], source.range));
    json["score"] = citation.score;
    json["share"] = citation.share;
    return json;
  }

  const AttributedAnswer* answer_;
  CodePointOffsets response_points_;
  std::vector<CodePointOffsets> document_points_;
};

void add_citations(Json& json, const AttributedAnswer& answer, const CitationView& view) {
  json["citations"] =
      answer.methods.empty() ? Json::array() : CitationWriter(answer).write(answer.methods.front(), view.options);
  if (answer.documents.size() > view.given_documents && answer.documents.back().name == "thoughts") {
    json["thoughts"] = answer.documents.back().text;
  }
}

const char* finish_reason(const AttributedAnswer& answer) { return answer.ended ? "stop" : "length"; }

Json usage_json(const AttributedAnswer& answer) {
  return {{"prompt_tokens", answer.prompt_tokens},
          {"completion_tokens", answer.response_tokens},
          {"total_tokens", answer.prompt_tokens + answer.response_tokens}};
}

Json head_json(const CompletionName& name, const char* object) {
  return {{"id", name.id}, {"object", object}, {"created", name.created}, {"model", name.model}};
}

Json chunk_json(const CompletionName& name, Json choices) {
  Json json = head_json(name, "chat.completion.chunk");
  json["choices"] = std::move(choices);
  return json;
}

Json choices_json(Json delta, Json reason) {
  return Json::array(
      {{{"index", 0}, {"delta", std::move(delta)}, {"logprobs", nullptr}, {"finish_reason", std::move(reason)}}});
}

}  // namespace

std::string completion_json(const CompletionName& name, const AttributedAnswer& answer,
                            const std::optional<CitationView>& citations) {
  Json json = head_json(name, "chat.completion");
  json["choices"] =
      Json::array({{{"index", 0},
                    {"message", {{"role", "assistant"}, {"content", answer.response}, {"refusal", nullptr}}},
                    {"logprobs", nullptr},
                    {"finish_reason", finish_reason(answer)}}});
  json["usage"] = usage_json(answer);
  if (citations) add_citations(json, answer, *citations);
  return text_of(json);
}

std::string first_chunk(const CompletionName& name) {
  return event(chunk_json(name, choices_json({{"role", "assistant"}, {"content", ""}}, nullptr)));
}

std::string text_chunk(const CompletionName& name, std::string_view piece) {
  return event(chunk_json(name, choices_json({{"content", piece}}, nullptr)));
}

std::string last_chunk(const CompletionName& name, const AttributedAnswer& answer) {
  return event(chunk_json(name, choices_json(Json::object(), finish_reason(answer))));
}

std::string citations_chunk(const CompletionName& name, const AttributedAnswer& answer, const CitationView& citations) {
  Json json = chunk_json(name, Json::array());
  json["response"] = answer.response;
  add_citations(json, answer, citations);
  return event(json);
}

std::string usage_chunk(const CompletionName& name, const AttributedAnswer& answer) {
  Json json = chunk_json(name, Json::array());
  json["usage"] = usage_json(answer);
  return event(json);
}

std::string fault_event(std::string_view json) { return "data: " + std::string(json) + "\n\n"; }

std::string done_event() { return "data: [DONE]\n\n"; }

std::string attribution_json(const AttributedAnswer& answer, const CitationOptions& options) {
  Json json = answer_object(answer);
  json["citations"] = Json::object();
  const CitationWriter writer(answer);
  for (const AnswerScores& scores : answer.methods) json["citations"][scores.method] = writer.write(scores, options);
  return text_of(json);
}

}  // namespace at2
