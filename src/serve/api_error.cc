#include "serve/api_error.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/errors.h"
#include "serve/answer_engine.h"

namespace at2 {
namespace {

const char* type_of(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    default:
      return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

nlohmann::ordered_json word_or_null(const std::string& word) {
  if (word.empty()) return nullptr;
  return word;
}

}  // namespace

ApiError::ApiError(ApiFault fault) : std::runtime_error(fault.message), fault_(std::move(fault)) {}

std::string fault_json(const ApiFault& fault) {
  nlohmann::ordered_json json;
  json["error"] = {{"message", fault.message},
                   {"type", type_of(fault.status)},
                   {"param", word_or_null(fault.param)},
                   {"code", word_or_null(fault.code)}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

HttpResponse fault_response(const ApiFault& fault) {
  HttpResponse response{fault.status, "application/json", fault_json(fault), {}};
  if (fault.retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(fault.retry_after_seconds));
  }
  if (fault.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

ApiFault fault_of(const std::exception& error) {
  if (const auto* api = dynamic_cast<const ApiError*>(&error)) return api->fault();
  if (dynamic_cast<const TooLongError*>(&error) != nullptr) {
    return {400, error.what(), "messages", "context_length_exceeded", 0};
  }
  if (dynamic_cast<const UserError*>(&error) != nullptr) return {400, error.what(), "", "", 0};
  return {500, "a fault of the program (the server's terminal says which)", "", "", 0};
}

}  // namespace at2
