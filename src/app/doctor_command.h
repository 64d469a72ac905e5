/// \file app/doctor_command.h
/// \brief `at2 doctor`: what this machine and this build can do.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "app/doctor_checks.h"
#include "app/doctor_options.h"

namespace at2 {

/// A line for each diagnosis, and a verdict.
[[nodiscard]] std::string describe(const std::vector<Diagnosis>& found);

/// For programs: "can_run", and "checks" with the names of Diagnosis.
[[nodiscard]] std::string diagnosis_json(const std::vector<Diagnosis>& found);

/// Examines and prints. One rank calls it. \return whether the program can run
[[nodiscard]] bool doctor_command(const DoctorRequest& request, std::ostream& out);

}  // namespace at2
