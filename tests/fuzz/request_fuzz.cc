// Fuzzes what the HTTP interface reads: the bodies of both routes, and the headers that say who may use it.
#include <string_view>

#include "fuzz/refused_by_name.h"
#include "serve/access.h"
#include "serve/attribute_fields.h"
#include "serve/chat_request.h"
#include "text/utf8.h"

namespace {

using at2::testing::require;

constexpr at2::Method kMethods[] = {at2::Method::at2, at2::Method::esm};

void check_question(const at2::Question& question) {
  require(!at2::find_invalid_utf8(question.query));
  for (const at2::AnswerDocument& document : question.documents) require(!at2::find_invalid_utf8(document.text));
  for (const at2::Message& turn : question.history) require(!at2::find_invalid_utf8(turn.content));
  for (const at2::CharRange& range : question.ranges) {
    require(question.response && range.begin >= 0 && range.begin <= range.end);
    require(range.end <= std::ssize(*question.response));
  }
}

/// Parses, or refuses with an answer that is JSON whatever the body was.
template <typename Parse>
void parse_or_refuse(const Parse& parse) {
  try {
    check_question(parse().question);
  } catch (const at2::ApiError& error) {
    require(error.fault().status >= 400 && error.fault().status < 500);
    require(!at2::find_invalid_utf8(at2::fault_json(error.fault())));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(input), size);
  const at2::RequestScope scope{"tiny", kMethods, 16};
  parse_or_refuse([&] { return at2::parse_chat_request(text, scope); });
  parse_or_refuse([&] { return at2::parse_attribute_call(text, scope); });
  at2::HttpRequest request;
  request.host = text;
  request.origin = text;
  request.authorization = "Bearer " + text;
  const auto open = at2::refusal(request, {"", "127.0.0.1"}, at2::RouteAccess::guarded);
  const auto token = at2::refusal(request, {"secret", "0.0.0.0"}, at2::RouteAccess::guarded);
  require(token.has_value() == (text != "secret"));
  // Whatever a page of another site can send as its origin does not get in.
  if (!open) require(at2::is_loopback(at2::host_name(text)));
  return 0;
}
