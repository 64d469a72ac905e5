/// \file serve/server.h
/// \brief An HTTP server over a model that answers and attributes (docs/serve.md).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "serve/answer_engine.h"
#include "serve/serve_options.h"

namespace at2 {

/// How a server ended: with nothing left to do, or with an answer in hand that could not be interrupted. Then its
/// thread still runs, and the process has to end without waiting for it.
enum class ServeEnd { complete, abandoned };

/// \throws UserError for an address that is none, or not this machine's alone while there is no token
void check_address(const ServeOptions& options);

/// Listens from construction on.
class Server {
 public:
  /// \param engine  must outlive the server
  /// \throws UserError as check_address does, and if the address cannot be listened on
  Server(AnswerEngine& engine, const ServeOptions& options);
  /// Waits for the answer in hand.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port that it listens on.
  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080"
  [[nodiscard]] std::string url() const;

  /// Serves until it is asked to stop, then finishes the answer in hand, within the grace time.
  ServeEnd run();
  /// Asks run() to end. Any thread may call it.
  void request_stop();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace at2
