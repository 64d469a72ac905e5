/// \file serve/http_message.h
/// \brief A request, its response, and the way back to the client: what the interface knows of HTTP.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace at2 {

/// A whole request. Headers that are not here are not looked at.
struct HttpRequest {
  /// "GET"
  std::string method;
  /// As sent: path and query.
  std::string target;
  std::optional<std::string> host;
  std::optional<std::string> origin;
  std::optional<std::string> authorization;
  std::optional<std::string> content_type;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  /// Besides type, length and those that every response has.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The way back to one client. Any thread may use it, one at a time. Either send() is called once, or begin(), any
/// number of write(), and finish(). For a client that has gone away all of them do nothing.
class Reply {
 public:
  Reply() = default;
  virtual ~Reply() = default;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  virtual void send(HttpResponse response) = 0;
  /// Sends the head alone; the body follows in pieces.
  virtual void begin(HttpResponse head) = 0;
  virtual void write(std::string piece) = 0;
  virtual void finish() = 0;
  /// Whether nobody waits for the answer any more.
  [[nodiscard]] virtual bool gone() const = 0;
};

/// Answers a request at once or later.
using HttpHandler = std::function<void(HttpRequest request, std::shared_ptr<Reply> reply)>;

}  // namespace at2
