/// \file app/attribute_options.h
/// \brief The command line of `at2 attribute`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/command_entry.h"
#include "app/output_format.h"
#include "config/options.h"

namespace at2 {

/// Options of `at2 attribute`.
struct AttributeRequest {
  Task task = Task::context;
  /// May be missing for Task::thought.
  std::optional<std::string> context_file;
  std::string query;
  std::optional<std::string> response_file;
  std::string model = "default";
  std::optional<std::string> estimator_file;
  SourceKind sources = SourceKind::sentence;
  Method method = Method::at2;
  std::int64_t num_ablations = 32;
  std::int64_t max_new_tokens = 256;
  std::int64_t threads = 0;
  OutputFormat format = OutputFormat::text;
};

[[nodiscard]] CommandEntry attribute_entry();

}  // namespace at2
