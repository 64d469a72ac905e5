#include "serve/question_fields.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/nearest_word.h"
#include "config/enum_text.h"

namespace at2 {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostCitations = 1000;
constexpr std::int64_t kMostAblations = 4096;

std::string place_in_array(const std::string& place, std::size_t index) {
  return place + "[" + std::to_string(index) + "]";
}

[[noreturn]] void refuse_word(const std::string& place, const std::string& word,
                              const std::vector<std::string_view>& possible) {
  std::string list;
  for (const std::string_view one : possible) list.append(list.empty() ? "" : ", ").append(one);
  refuse_field(place,
               "is \"" + word + "\", possible are " + list + ": " + did_you_mean(word, possible, "use one of these"));
}

/// The parts of a content that are texts, one after another.
std::string content_of(const RequestFields& message) {
  const json* content = message.find("content");
  const std::string place = message.place_of("content");
  if (content == nullptr) refuse_field(place, "is missing, expected a string");
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) refuse_type(place, *content, "a string or an array of parts");
  std::string text;
  for (std::size_t i = 0; i < content->size(); ++i) {
    const RequestFields part((*content)[i], place_in_array(place, i));
    if (part.required_text("type") != "text")
      refuse_field(part.place_of("type"), "is not \"text\": the model reads texts only");
    text += part.required_text("text");
  }
  return text;
}

std::string role_of(const RequestFields& message) {
  const std::string role = message.required_text("role");
  if (role == "developer") return "system";
  if (role != "system" && role != "user" && role != "assistant") {
    refuse_word(message.place_of("role"), role, {"system", "user", "assistant", "developer"});
  }
  return role;
}

Method method_in(const json& word, const std::string& place, std::span<const Method> possible) {
  if (!word.is_string()) refuse_type(place, word, "a string");
  const auto method = from_text<Method>(word.get<std::string>());
  if (method && std::find(possible.begin(), possible.end(), *method) != possible.end()) return *method;
  std::vector<std::string_view> words;
  for (const Method one : possible) words.push_back(to_text(one));
  refuse_word(place, word.get<std::string>(), words);
}

std::optional<std::vector<Method>> methods_in(const RequestFields& fields, std::span<const Method> possible) {
  for (const char* name : {"methods", "method"}) {
    const json* value = fields.find(name);
    if (value == nullptr) continue;
    const std::string place = fields.place_of(name);
    if (!value->is_array()) return std::vector<Method>{method_in(*value, place, possible)};
    std::vector<Method> methods;
    for (std::size_t i = 0; i < value->size(); ++i) {
      const Method method = method_in((*value)[i], place_in_array(place, i), possible);
      if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
    }
    if (methods.empty()) refuse_field(place, "is empty, expected a method");
    return methods;
  }
  return std::nullopt;
}

}  // namespace

std::vector<AnswerDocument> documents_in(const RequestFields& fields) {
  std::vector<AnswerDocument> documents;
  const json* array = fields.array("documents");
  if (array == nullptr) return documents;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string name = "document " + std::to_string(i + 1);
    if ((*array)[i].is_string()) {
      documents.push_back({name, (*array)[i].get<std::string>()});
      continue;
    }
    const RequestFields document((*array)[i], place_in_array(fields.place_of("documents"), i));
    constexpr std::string_view known[] = {"name", "text"};
    document.refuse_others(known);
    documents.push_back({document.text("name").value_or(name), document.required_text("text")});
  }
  return documents;
}

std::vector<Message> messages_in(const json& messages, const std::string& place) {
  std::vector<Message> turns;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const RequestFields message(messages[i], place_in_array(place, i));
    std::string role = role_of(message);
    turns.push_back({std::move(role), content_of(message)});
  }
  return turns;
}

void read_citation_wish(const RequestFields& fields, std::span<const Method> possible, CitationWish& wish) {
  if (auto methods = methods_in(fields, possible)) wish.methods = std::move(*methods);
  if (const auto word = fields.text("sources")) {
    const auto kind = from_text<SourceKind>(*word);
    if (!kind) refuse_word(fields.place_of("sources"), *word, enum_words<SourceKind>());
    wish.sources = *kind;
  }
  wish.options.most = fields.whole_number("most", 1, kMostCitations).value_or(wish.options.most);
  if (const auto share = fields.number("smallest_share")) {
    if (!(*share >= 0 && *share <= 1)) refuse_field(fields.place_of("smallest_share"), "is not from 0 to 1");
    wish.options.smallest_share_of_best = *share;
  }
  wish.esm_ablations = fields.whole_number("ablations", 2, kMostAblations).value_or(wish.esm_ablations);
}

}  // namespace at2
