#include "serve/http_text.h"

#include <array>
#include <charconv>

namespace at2 {
namespace {

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

constexpr std::string_view kEveryResponse =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cache-Control: no-store\r\n";

}  // namespace

std::string head_text(const HttpResponse& response, BodyFraming framing, KeepAlive keep_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " + reason_of(response.status) + "\r\n";
  text += "Server: at2\r\nContent-Type: " + response.content_type + "\r\n";
  if (framing == BodyFraming::length) text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  if (framing == BodyFraming::chunks) text += "Transfer-Encoding: chunked\r\n";
  text += keep_alive == KeepAlive::yes ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  text += kEveryResponse;
  return text + "\r\n";
}

std::string chunk_text(std::string_view piece) {
  if (piece.empty()) return "";
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), piece.size(), 16).ptr;
  std::string text(digits.begin(), end);
  text.append("\r\n").append(piece).append("\r\n");
  return text;
}

std::string last_chunk_text() { return "0\r\n\r\n"; }

}  // namespace at2
