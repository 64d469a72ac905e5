/// \file app/output_format.h
/// \brief For whom a command writes its answer.
#pragma once

namespace at2 {

/// For people, or for programs.
enum class OutputFormat { text, json };

}  // namespace at2
