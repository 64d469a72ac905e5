/// \file app/inspection_text.h
/// \brief An inspection for people.
#pragma once

#include <string>

#include "app/inspect.h"

namespace at2 {

/// A line for each value, a table for each list of objects (its first rows), a line for each check.
[[nodiscard]] std::string inspection_text(const Inspection& inspection);

}  // namespace at2
