/// \file app/doctor_options.h
/// \brief The command line of `at2 doctor`.
#pragma once

#include <string>

#include "app/command_entry.h"
#include "app/output_format.h"

namespace at2 {

/// Options of `at2 doctor`.
struct DoctorRequest {
  std::string model = "default";
  OutputFormat format = OutputFormat::text;
};

[[nodiscard]] CommandEntry doctor_entry();

}  // namespace at2
