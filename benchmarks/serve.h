/// \file serve.h
/// \brief Requests and replies, one JSON object a line.
///
/// {"run": NAME} asks for a path; "limit" for less of it; "length", "ablations" and "targets" are for curves; "out"
/// names a file that takes its numbers, little-endian float64, in the order of "numbers" in the reply: {"path",
/// "seconds", "flops", "numbers": [[NAME, COUNT], ...], "peak_mb", "pss_mb"}. A request that fails is answered
/// {"error": TEXT}.
#pragma once

#include <istream>
#include <ostream>

#include "hot_path.h"

namespace at2::benchmarks {

/// Answers every line of `requests`, until they end.
void serve(const HotPaths& paths, std::istream& requests, std::ostream& replies);

}  // namespace at2::benchmarks
