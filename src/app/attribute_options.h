/// \file app/attribute_options.h
/// \brief The command line of `at2 attribute`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/command_entry.h"
#include "app/terminal_layout.h"
#include "config/options.h"
#include "train/score_estimator.h"

namespace at2 {

enum class AnswerFormat { text, json, markdown, html };

/// Options of `at2 attribute`.
struct AttributeRequest {
  /// Nothing = as the model, or the given response, does.
  std::optional<Task> task;
  /// "-" is standard input.
  std::vector<std::string> context_files;
  std::string query;
  std::optional<std::string> response_file;
  /// Words of the answer; its sentences if there are none.
  std::vector<std::string> spans;
  std::string model = "default";
  std::optional<std::string> estimator_file;
  ModelCheck model_check = ModelCheck::refuse_other;
  SourceKind sources = SourceKind::sentence;
  std::vector<Method> methods = {Method::at2};
  std::int64_t num_ablations = 32;
  std::int64_t max_new_tokens = 256;
  std::int64_t threads = 0;
  AnswerFormat format = AnswerFormat::text;
  ColourChoice colours = ColourChoice::automatic;
};

[[nodiscard]] CommandEntry attribute_entry();

}  // namespace at2
