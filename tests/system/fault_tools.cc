// What tests/system/faults cannot do in Python alone.
//   fault_tools make FOLDER      a tiny model, data sets and config.yaml
//   fault_tools compare A B      exit status 0 if the values of two runs are equal, else 1 and what differs
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "support/equal_runs.h"
#include "support/tiny_run.h"

namespace {

int compare(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto x = at2::testing::measured_values(a);
  auto y = at2::testing::measured_values(b);
  int differences = x.empty() ? 1 : 0;
  for (const auto& [name, bytes] : x) {
    const auto found = y.find(name);
    if (found != y.end() && found->second == bytes) {
      y.erase(found);
      continue;
    }
    if (++differences <= 10) std::cout << name << (found == y.end() ? " is missing\n" : " differs\n");
    if (found != y.end()) y.erase(found);
  }
  for (const auto& [name, bytes] : y) {
    if (++differences <= 10) std::cout << name << " is too much\n";
  }
  if (at2::testing::metrics_of(a) != at2::testing::metrics_of(b)) {
    std::cout << "metrics.json differs\n";
    ++differences;
  }
  return differences == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "make") {
    const at2::testing::TinyRun tiny(12, 4);
    std::filesystem::copy(tiny.path(), words[1], std::filesystem::copy_options::recursive);
    return 0;
  }
  if (words.size() == 3 && words[0] == "compare") return compare(words[1], words[2]);
  std::cerr << "usage: fault_tools make FOLDER | fault_tools compare A B\n";
  return 2;
}
