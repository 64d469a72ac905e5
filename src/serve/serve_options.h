/// \file serve/serve_options.h
/// \brief Where the server listens, who may use it, and how much of the machine it gives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace at2 {

struct ServeLimits {
  /// Requests that wait for the model; one more is refused with 429.
  std::size_t queue = 16;
  /// Connections at a time; further ones wait to be accepted.
  std::size_t connections = 512;
  std::size_t head_bytes = std::size_t{16} << 10U;
  std::size_t body_bytes = std::size_t{4} << 20U;
  /// Longest answer; requests that ask for more get this.
  std::int64_t new_tokens = 512;
  /// From a request's first byte to the end of its head.
  double head_seconds = 10;
  /// From there to the end of its body.
  double body_seconds = 30;
  /// Between two requests of a connection.
  double idle_seconds = 60;
  /// For one piece of a response to be taken by the network.
  double write_seconds = 30;
  /// Writing one answer.
  double answer_seconds = 300;
  /// After the wish to stop, for the answer in hand.
  double grace_seconds = 10;
  /// After that, for what cannot be interrupted.
  double abandon_seconds = 3;
};

/// Whether SIGTERM and SIGINT end the server in order.
enum class StopSignals { leave, take };

struct ServeOptions {
  /// "localhost" or an address.
  std::string host = "127.0.0.1";
  /// 0 = any free one.
  std::uint16_t port = 8080;
  /// Empty = none is asked for, which only loopback addresses allow.
  std::string token;
  ServeLimits limits;
  /// What the engine can do; the first is the default.
  std::vector<Method> methods = {Method::at2, Method::average_attention, Method::gradient, Method::esm,
                                 Method::leave_one_out};
  StopSignals signals = StopSignals::leave;
  /// Is told of faults of the program, from any thread.
  std::function<void(std::string_view message)> on_fault;
};

}  // namespace at2
