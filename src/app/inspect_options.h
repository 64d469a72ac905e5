/// \file app/inspect_options.h
/// \brief The command line of `at2 inspect`.
#pragma once

#include <string>

#include "app/command_entry.h"
#include "app/output_format.h"

namespace at2 {

/// Options of `at2 inspect`.
struct InspectRequest {
  std::string path;
  OutputFormat format = OutputFormat::text;
};

[[nodiscard]] CommandEntry inspect_entry();

}  // namespace at2
