/// \file serve/api_error.h
/// \brief Errors as clients of OpenAI's interface know them.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

#include "serve/http_message.h"

namespace at2 {

/// What is wrong with a request.
struct ApiFault {
  int status = 400;
  std::string message;
  /// The field that is wrong: "messages[0].content"; empty where it is none.
  std::string param;
  /// A word for programs: "context_length_exceeded"; empty where there is none.
  std::string code;
  /// Of the header Retry-After; 0 = none.
  int retry_after_seconds = 0;
};

/// Ends a request with its fault.
class ApiError : public std::runtime_error {
 public:
  explicit ApiError(ApiFault fault);
  [[nodiscard]] const ApiFault& fault() const noexcept { return fault_; }

 private:
  ApiFault fault_;
};

/// {"error": {"message", "type", "param", "code"}}
[[nodiscard]] std::string fault_json(const ApiFault& fault);

/// The same as a response with its status.
[[nodiscard]] HttpResponse fault_response(const ApiFault& fault);

/// The fault that an exception stands for: 400 for a UserError, 500 for what is a fault of the program, whose text is
/// not shown to the client.
[[nodiscard]] ApiFault fault_of(const std::exception& error);

}  // namespace at2
