/// \file app/verify_options.h
/// \brief The command line of `at2 verify-model`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/command_entry.h"
#include "config/options.h"

namespace at2 {

/// Options of `at2 verify-model`.
struct VerifyRequest {
  std::string model = "default";
  std::vector<std::string> goldens;
  /// Empty: float32, and the dtype that the checkpoint is stored in.
  std::vector<DtypeChoice> dtypes;
  DeviceChoice device = DeviceChoice::cpu;
  std::int64_t threads = 0;
};

[[nodiscard]] CommandEntry verify_model_entry();

}  // namespace at2
