#include "memory.h"

#include <fstream>

namespace at2::benchmarks {
namespace {

double megabytes_of(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    if (word != name + ":") continue;
    double kilobytes = 0;
    file >> kilobytes;
    return kilobytes / 1024.0;
  }
  return 0;
}

}  // namespace

double rollup_mb(const std::string& name) { return megabytes_of("/proc/self/smaps_rollup", name); }

double peak_mb() { return megabytes_of("/proc/self/status", "VmHWM"); }

double resident_mb() { return megabytes_of("/proc/self/status", "VmRSS"); }

void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace at2::benchmarks
