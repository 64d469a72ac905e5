/// \file serve/running_server.h
/// \brief A server over a scripted engine, running in a thread of the test.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "serve/http_client.h"
#include "serve/scripted_engine.h"
#include "serve/server.h"

namespace at2::testing {

/// Waits, at most 20 seconds, until something is so; tells whether it came to be.
inline bool becomes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

class RunningServer {
 public:
  explicit RunningServer(ServeOptions options = {}) {
    options.port = 0;
    server_ = std::make_unique<Server>(engine, options);
    thread_ = std::thread([this] { end_ = server_->run(); });
  }
  ~RunningServer() {
    engine.open_gate();
    static_cast<void>(stop());
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void request_stop() { server_->request_stop(); }
  /// Stops it, and tells how it ended.
  ServeEnd stop() {
    request_stop();
    if (thread_.joinable()) thread_.join();
    return end_;
  }
  /// Waits for its end.
  ServeEnd join() {
    thread_.join();
    return end_;
  }
  [[nodiscard]] ClientResponse get(std::string_view target, std::string_view headers = "") const {
    return fetch(port(), "GET", target, "", headers);
  }
  [[nodiscard]] ClientResponse post(std::string_view target, std::string_view body,
                                    std::string_view headers = "") const {
    return fetch(port(), "POST", target, body, headers);
  }
  /// A line of /metrics, its value.
  [[nodiscard]] std::string metric(const std::string& name) const {
    const std::string text = "\n" + get("/metrics").body;
    const std::size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  ScriptedEngine engine;

 private:
  std::unique_ptr<Server> server_;
  ServeEnd end_ = ServeEnd::complete;
  std::thread thread_;
};

}  // namespace at2::testing
