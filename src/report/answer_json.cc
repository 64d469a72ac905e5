#include "report/answer_json.h"

#include <nlohmann/json.hpp>

#include "text/utf8.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

std::string part(const std::string& text, const CharRange& range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

Json span_json(const std::string& text, const CodePointOffsets& points, const CharRange& range) {
  const CharRange place = points.to_code_points(range);
  return {{"text", part(text, range)}, {"begin", place.begin}, {"end", place.end}};
}

Json documents_json(const AttributedAnswer& answer) {
  Json documents = Json::array();
  for (const AnswerDocument& document : answer.documents) {
    documents.push_back({{"name", document.name}, {"text", document.text}});
  }
  return documents;
}

Json sources_json(const AttributedAnswer& answer) {
  std::vector<CodePointOffsets> points;
  for (const AnswerDocument& document : answer.documents) points.emplace_back(document.text);
  Json sources = Json::array();
  for (const AnswerSource& source : answer.sources) {
    const auto document = static_cast<std::size_t>(source.document);
    Json entry = span_json(answer.documents[document].text, points[document], source.range);
    entry["document"] = source.document;
    sources.push_back(std::move(entry));
  }
  return sources;
}

Json targets_json(const AttributedAnswer& answer) {
  const CodePointOffsets points(answer.response);
  Json targets = Json::array();
  for (const CharRange& target : answer.targets) targets.push_back(span_json(answer.response, points, target));
  return targets;
}

}  // namespace

Json answer_object(const AttributedAnswer& answer) {
  Json json;
  json["model"] = answer.model;
  if (!answer.estimator.empty()) json["estimator"] = answer.estimator;
  json["response"] = answer.response;
  json["documents"] = documents_json(answer);
  json["sources"] = sources_json(answer);
  json["targets"] = targets_json(answer);
  json["scores"] = Json::object();
  // JSON has no infinity: nlohmann writes what is not finite as null.
  for (const AnswerScores& scores : answer.methods) json["scores"][scores.method] = scores.scores_GS;
  json["seconds"]["generate"] = answer.generate_seconds;
  for (const AnswerScores& scores : answer.methods) json["seconds"][scores.method] = scores.seconds;
  json["usage"] = {{"prompt_tokens", answer.prompt_tokens}, {"response_tokens", answer.response_tokens}};
  json["ended"] = answer.ended;
  return json;
}

std::string answer_json(const AttributedAnswer& answer) { return answer_object(answer).dump(2) + "\n"; }

}  // namespace at2
