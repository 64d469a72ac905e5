/// \file app/inspect_command.h
/// \brief `at2 inspect`: what a file or folder is.
#pragma once

#include <iosfwd>

#include "app/inspect_options.h"

namespace at2 {

/// Prints what the path holds. One rank calls it. \return whether all checks succeeded
/// \throws UserError as inspect()
[[nodiscard]] bool inspect_command(const InspectRequest& request, std::ostream& out);

}  // namespace at2
