/// \file serve/access.h
/// \brief Who may use the server: the token, and what keeps other web sites out of a server without one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "serve/api_error.h"
#include "serve/http_message.h"

namespace at2 {

/// Whether two texts are equal, in a time that depends on the length of `given` alone.
[[nodiscard]] bool equal_in_constant_time(std::string_view given, std::string_view secret);

/// The name in a Host header, in small letters: "localhost:8080" -> "localhost", "[::1]:80" -> "::1"; nothing where
/// something else than a port follows it.
[[nodiscard]] std::string host_name(std::string_view host);

/// Whether a name or address means this machine itself: localhost, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback(std::string_view name);

struct AccessRules {
  /// Empty = none.
  std::string token;
  /// The address that the server listens on: a name in Host that is right besides the loopback ones.
  std::string address;
};

/// Whether a route needs the token, where there is one.
enum class RouteAccess { open, guarded };

/// Why the request is refused, or nothing. With a token: whoever does not have it (401). Without: a Host that is not
/// this machine, as after DNS rebinding, and the Origin of another site (403).
[[nodiscard]] std::optional<ApiFault> refusal(const HttpRequest& request, const AccessRules& rules, RouteAccess access);

}  // namespace at2
