/// \file config/check.h
/// \brief Options that contradict each other.
#pragma once

#include <optional>
#include <string>

#include "config/options.h"

namespace at2 {

/// A fault in the options, and the key to blame.
struct Fault {
  std::string key;
  std::string problem;
  std::string why;
  std::string what_to_do;
};

/// The first fault in `options`: a value outside its range, or values that do not go together.
[[nodiscard]] std::optional<Fault> first_fault(const RunOptions& options);

}  // namespace at2
