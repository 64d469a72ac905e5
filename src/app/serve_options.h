/// \file app/serve_options.h
/// \brief The command line of `at2 serve`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/command_entry.h"
#include "train/score_estimator.h"

namespace at2 {

/// Options of `at2 serve`.
struct ServeRequest {
  std::string host = "127.0.0.1";
  std::int64_t port = 8080;
  /// Its first line is the token; AT2_TOKEN holds one otherwise.
  std::optional<std::string> token_file;
  std::string model = "default";
  std::optional<std::string> estimator_file;
  ModelCheck model_check = ModelCheck::refuse_other;
  std::int64_t threads = 0;
  std::int64_t max_new_tokens = 512;
  /// Requests that wait.
  std::int64_t queue = 16;
  std::int64_t body_kilobytes = 4096;
  std::int64_t answer_seconds = 300;
  std::int64_t grace_seconds = 10;
};

[[nodiscard]] CommandEntry serve_entry();

}  // namespace at2
