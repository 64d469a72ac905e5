/// \file fuzz/refused_by_name.h
/// \brief What a fuzzer demands: a file is read, or refused with a message that names it.
#pragma once

#include <cstdlib>
#include <string>

#include "base/errors.h"

namespace at2::testing {

/// Ends the process, which the fuzzer takes for a find, unless it holds.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Runs `read`, which may throw UserError naming `file` and nothing else; ends the process otherwise.
template <typename Read>
void read_or_refuse(const Read& read, const std::string& file) {
  try {
    (void)read();
  } catch (const UserError& error) {
    if (std::string(error.what()).find(file) == std::string::npos) std::abort();
  }
}

}  // namespace at2::testing
