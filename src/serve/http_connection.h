/// \file serve/http_connection.h
/// \brief One connection of a client: its requests one after another, each with its response.
#pragma once

#include <functional>
#include <memory>

#include "serve/http_message.h"
#include "serve/serve_options.h"

namespace at2 {

/// A client's accepted socket, which only http_*.cc know the type of.
struct AcceptedSocket;

/// All members are called by the thread that runs the socket's I/O; replies may be used by any.
class HttpConnection {
 public:
  HttpConnection() = default;
  virtual ~HttpConnection() = default;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Reads the first request.
  virtual void start() = 0;
  /// Closes it as soon as no response is due.
  virtual void stop() = 0;
  /// Closes it now; who waits for a response gets none.
  virtual void close() = 0;
};

struct ConnectionParts {
  const ServeLimits& limits;
  HttpHandler handler;
  /// Is told the status with which a request was refused that could not be read.
  std::function<void(int status)> on_unreadable;
  /// Is called once when it has closed.
  std::function<void(HttpConnection*)> on_end;
};

/// Takes over the socket.
[[nodiscard]] std::shared_ptr<HttpConnection> make_connection(AcceptedSocket socket, ConnectionParts parts);

}  // namespace at2
