#include "serve/access.h"

#include <algorithm>
#include <cstddef>

namespace at2 {
namespace {

constexpr std::string_view kScheme = "bearer ";

std::string small_letters(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return small;
}

bool has_token(const HttpRequest& request, const std::string& token) {
  if (!request.authorization) return false;
  const std::string_view header = *request.authorization;
  if (small_letters(header.substr(0, kScheme.size())) != kScheme) return false;
  return equal_in_constant_time(header.substr(kScheme.size()), token);
}

/// Whether four numbers and three dots, of which the first number is 127.
bool is_loopback_v4(std::string_view name) {
  if (!name.starts_with("127.") || std::count(name.begin(), name.end(), '.') != 3) return false;
  return name.find_first_not_of("0123456789.") == std::string_view::npos && name.find("..") == std::string_view::npos &&
         !name.ends_with('.');
}

/// ":8080"
bool is_port(std::string_view text) {
  return text.starts_with(':') && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  // volatile: the compiler must not end the loop early.
  volatile unsigned char difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = secret.empty() ? '\0' : secret[i % secret.size()];
    difference = static_cast<unsigned char>(difference |
                                            (static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(other)));
  }
  return difference == 0;
}

std::string host_name(std::string_view host) {
  const bool bracketed = host.starts_with('[');
  // An address of IPv6 without brackets has several colons and no port.
  if (!bracketed && std::count(host.begin(), host.end(), ':') > 1) return small_letters(host);
  const std::size_t end = bracketed ? host.find(']') : host.find(':');
  if (bracketed && end == std::string_view::npos) return "";
  const std::string_view name = bracketed ? host.substr(1, end - 1) : host.substr(0, end);
  const std::string_view rest = bracketed ? host.substr(end + 1) : host.substr(name.size());
  return rest.empty() || is_port(rest) ? small_letters(name) : "";
}

bool is_loopback(std::string_view name) { return name == "localhost" || name == "::1" || is_loopback_v4(name); }

std::optional<ApiFault> refusal(const HttpRequest& request, const AccessRules& rules, RouteAccess access) {
  if (!rules.token.empty()) {
    if (access == RouteAccess::open || has_token(request, rules.token)) return std::nullopt;
    return ApiFault{401, "this server wants its token: send the header Authorization: Bearer TOKEN", "",
                    "invalid_api_key", 0};
  }
  const std::string name = host_name(request.host.value_or(""));
  if (!is_loopback(name) && (name.empty() || name != rules.address)) {
    return ApiFault{403, "the header Host does not name this machine: use localhost, or start the server with a token",
                    "", "wrong_host", 0};
  }
  if (request.origin && small_letters(*request.origin) != "http://" + small_letters(*request.host)) {
    return ApiFault{403, "pages of other sites may not use this server, unless it has a token", "", "wrong_origin", 0};
  }
  return std::nullopt;
}

}  // namespace at2
