#include "base/process.h"

#include <signal.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

namespace at2 {
namespace {

/// Fields 3 and 22 of /proc/<pid>/stat (proc(5)).
struct ProcessLine {
  char state = '?';
  std::int64_t start = 0;
};

std::optional<ProcessLine> line_of(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The name in field 2 may hold anything, up to the last bracket.
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(bracket + 1));
  ProcessLine line;
  fields >> line.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  if (!(fields >> line.start)) return std::nullopt;
  return line;
}

bool has_ended(const ProcessLine& line) { return line.state == 'Z' || line.state == 'X'; }

}  // namespace

bool process_lives(std::int64_t pid) {
  const bool exists = ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
  if (!exists) return false;
  const auto line = line_of(pid);
  return !line || !has_ended(*line);
}

std::optional<std::int64_t> process_start(std::int64_t pid) {
  const auto line = line_of(pid);
  if (!line || has_ended(*line)) return std::nullopt;
  return line->start;
}

}  // namespace at2
