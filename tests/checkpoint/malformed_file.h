/// \file checkpoint/malformed_file.h
/// \brief A file that must be refused, and what the message must say.
#pragma once

#include <ostream>
#include <string>

namespace at2::testing {

struct MalformedFile {
  std::string title;
  /// Its end says the format.
  std::string name;
  std::string bytes;
  /// Tensor or key that the message must name; empty if there is none to blame.
  std::string named;
  std::string reason;
};

inline void PrintTo(const MalformedFile& file, std::ostream* stream) { *stream << file.title; }

}  // namespace at2::testing
