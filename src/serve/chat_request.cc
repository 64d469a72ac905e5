#include "serve/chat_request.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "serve/api_error.h"

namespace at2 {
namespace {

using nlohmann::json;

/// Whether a field asks for nothing: missing, false, "none", empty.
bool asks_nothing(const json* value) {
  return value == nullptr || value->empty() || (value->is_boolean() && !value->get<bool>()) ||
         (value->is_string() && (value->get<std::string>().empty() || value->get<std::string>() == "none"));
}

void refuse_what_changes_the_meaning(const RequestFields& fields) {
  for (const char* name : {"tools", "functions", "logprobs", "stop", "logit_bias", "audio", "web_search_options"}) {
    if (!asks_nothing(fields.find(name))) refuse_field(name, "is not possible with this server: leave it out");
  }
  if (fields.whole_number("n", 1, 128).value_or(1) != 1)
    refuse_field("n", "is more than 1: the answer is always the same");
  if (const json* format = fields.object("response_format")) {
    if (RequestFields(*format, "response_format").text("type").value_or("text") != "text") {
      refuse_field("response_format", "is not text: the model cannot be held to a format");
    }
  }
  for (const char* name : {"temperature", "top_p", "presence_penalty", "frequency_penalty"}) {
    static_cast<void>(fields.number(name));
  }
}

void read_messages(const RequestFields& fields, Question& question) {
  const json* messages = fields.array("messages");
  if (messages == nullptr || messages->empty()) refuse_field("messages", "is missing, expected an array of messages");
  question.history = messages_in(*messages, "messages");
  if (question.history.back().role != "user") {
    refuse_field("messages", "does not end with a message of the user");
  }
  question.query = std::move(question.history.back().content);
  question.history.pop_back();
}

std::int64_t new_tokens_in(const RequestFields& fields, std::int64_t most) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  std::int64_t wanted = most;
  for (const char* name : {"max_completion_tokens", "max_tokens"}) {
    if (const auto value = fields.whole_number(name, 1, kAny)) wanted = std::min(wanted, *value);
  }
  return wanted;
}

void read_citations(const RequestFields& fields, const RequestScope& scope, ChatRequest& request) {
  request.question.methods.clear();
  const json* value = fields.find("citations");
  if (value == nullptr || (value->is_boolean() && !value->get<bool>())) return;
  CitationWish wish{{scope.methods.front()}, SourceKind::sentence, {}, 32};
  if (!value->is_boolean()) {
    if (!value->is_object()) refuse_type("citations", *value, "true, false or an object");
    const RequestFields citations(*value, "citations");
    constexpr std::string_view known[] = {"method", "sources", "most", "smallest_share", "ablations"};
    citations.refuse_others(known);
    if (const json* method = citations.find("method"); method != nullptr && method->is_array()) {
      refuse_type("citations.method", *method, "a string (POST /v1/attribute takes several)");
    }
    read_citation_wish(citations, scope.methods, wish);
  }
  request.question.methods = wish.methods;
  request.question.sources = wish.sources;
  request.question.esm_ablations = wish.esm_ablations;
  request.citations = wish.options;
}

}  // namespace

void check_model(const RequestFields& fields, std::string_view model) {
  const auto wanted = fields.text("model");
  if (!wanted || *wanted == model || *wanted == "default") return;
  throw ApiError({404,
                  "there is no model \"" + *wanted + "\" here: this server has \"" + std::string(model) +
                      "\" (\"default\" is it, too)",
                  "model", "model_not_found", 0});
}

ChatRequest parse_chat_request(std::string_view body, const RequestScope& scope) {
  const json parsed = parse_body(body);
  const RequestFields fields(parsed, "");
  check_model(fields, scope.model);
  refuse_what_changes_the_meaning(fields);
  ChatRequest request;
  read_messages(fields, request.question);
  request.question.documents = documents_in(fields);
  request.question.max_new_tokens = new_tokens_in(fields, scope.max_new_tokens);
  if (fields.flag("stream").value_or(false)) request.delivery = Delivery::stream;
  if (const json* options = fields.object("stream_options")) {
    request.stream_usage = RequestFields(*options, "stream_options").flag("include_usage").value_or(false);
  }
  read_citations(fields, scope, request);
  return request;
}

}  // namespace at2
