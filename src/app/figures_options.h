/// \file app/figures_options.h
/// \brief The command line of `at2 figures`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/command_entry.h"
#include "config/options.h"

namespace at2 {

/// Options of `at2 figures`. Empty lists select all that was measured.
struct FiguresRequest {
  std::vector<std::string> runs;
  std::string out;
  std::vector<std::string> methods;
  std::vector<SourceKind> sources;
  /// Ascending.
  std::vector<std::int64_t> top_k;
  double interval = 0.95;
  std::int64_t bootstrap_samples = 1000;
  std::int64_t max_examples = 3;
};

[[nodiscard]] CommandEntry figures_entry();

}  // namespace at2
