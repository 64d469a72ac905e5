#include "app/serve_command.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "app/attribution_engine.h"
#include "app/session.h"
#include "base/errors.h"
#include "serve/server.h"

namespace at2 {
namespace {

constexpr std::size_t kShortestToken = 16;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    throw UserError("cannot read the token in " + path, "no such file, no permission, or it is empty",
                    "write one with: openssl rand -hex 24 > " + path);
  }
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

void check_token(const std::string& token, const std::string& origin) {
  if (token.size() >= kShortestToken) return;
  throw UserError("the token in " + origin + " is too short", "it has fewer than 16 characters and could be guessed",
                  "make one with: openssl rand -hex 24");
}

/// The first line of the file, else AT2_TOKEN, else nothing.
void read_token(const ServeRequest& request, std::string& token) {
  const char* const variable = std::getenv("AT2_TOKEN");
  if (request.token_file) {
    token = first_line(*request.token_file);
    check_token(token, *request.token_file);
  } else if (variable != nullptr && *variable != '\0') {
    token = variable;
    check_token(token, "AT2_TOKEN");
  }
}

ServeOptions options_of(const ServeRequest& request) {
  ServeOptions options;
  options.host = request.host;
  options.port = static_cast<std::uint16_t>(request.port);
  read_token(request, options.token);
  options.limits.new_tokens = request.max_new_tokens;
  options.limits.queue = static_cast<std::size_t>(request.queue);
  options.limits.body_bytes = static_cast<std::size_t>(request.body_kilobytes) << 10U;
  options.limits.answer_seconds = static_cast<double>(request.answer_seconds);
  options.limits.grace_seconds = static_cast<double>(request.grace_seconds);
  options.signals = StopSignals::take;
  options.on_fault = [](std::string_view message) { std::cerr << "internal error: " + std::string(message) + "\n"; };
  return options;
}

/// What the model can do: without theta, all but AT2.
void fit_to(const AttributionEngine& engine, ServeOptions& options) {
  if (!engine.why_no_estimator().empty()) std::erase(options.methods, Method::at2);
  // Half of the positions are left for the prompt.
  options.limits.new_tokens = std::min(options.limits.new_tokens, std::max<std::int64_t>(engine.max_tokens() / 2, 1));
}

}  // namespace

void serve_command(const ServeRequest& request, Environment& environment, std::ostream& out) {
  if (environment.communicator().rank() != 0) return;
  ServeOptions options = options_of(request);
  check_address(options);
  at::set_num_threads(threads_of_rank(request.threads, environment.local_size()));
  AttributionEngine engine({request.model, request.estimator_file, EstimatorUse::where_it_fits, request.model_check});
  fit_to(engine, options);
  Server server(engine, options);
  out << "at2 serve: " << server.url() << " (model " << engine.model_name() << ")" << std::endl;
  if (!engine.why_no_estimator().empty()) {
    out << "at2 serve: without the method at2: " << engine.why_no_estimator() << std::endl;
  }
  const ServeEnd end = server.run();
  out << "at2 serve: stopped" << std::endl;
  // A forward pass cannot be interrupted: the process ends in the middle of it.
  if (end == ServeEnd::abandoned) std::_Exit(0);
}

}  // namespace at2
