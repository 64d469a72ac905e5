/// \file report/metrics_json.h
/// \brief metrics.json: every number of a run for programs to read.
#pragma once

#include <nlohmann/json.hpp>

#include "report/results.h"

namespace at2 {

/// Keys keep a fixed order and doubles read back as the same bits. NaN and undefined values are null. Wall-clock times
/// stand in objects named "timing" only, so that the rest is equal for equal runs. Examples are not included.
[[nodiscard]] nlohmann::ordered_json metrics_json(const RunResults& results);

/// The text of metrics.json, indented, ending with a newline. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string metrics_json_text(const RunResults& results);

/// A copy without any object named "timing", at any depth: what equal runs have in common.
[[nodiscard]] nlohmann::ordered_json without_timing(const nlohmann::ordered_json& metrics);

}  // namespace at2
