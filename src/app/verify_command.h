/// \file app/verify_command.h
/// \brief at2 verify-model: whether this program computes a model as another one does, or at least consistently.
#pragma once

#include <iosfwd>

#include "app/command_line.h"
#include "comm/environment.h"

namespace at2 {

/// With golden files: compares the model with each of them in each dtype. Without: checks what needs no golden, see
/// app/model_checks.h. Prints a table and a verdict. One rank; others do nothing.
/// \return whether everything was equal within tolerance
/// \throws UserError if the model or a golden file cannot be read
[[nodiscard]] bool verify_command(const VerifyRequest& request, Environment& environment, std::ostream& out);

}  // namespace at2
