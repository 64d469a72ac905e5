#include "app/doctor_command.h"

#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

namespace at2 {
namespace {

std::int64_t count_of(const std::vector<Diagnosis>& found, Health health) {
  return std::count_if(found.begin(), found.end(), [&](const Diagnosis& one) { return one.health == health; });
}

bool can_run(const std::vector<Diagnosis>& found) { return count_of(found, Health::fault) == 0; }

std::string verdict(const std::vector<Diagnosis>& found) {
  if (!can_run(found)) return "at2 cannot run here: see the lines with \"fault\"\n";
  return count_of(found, Health::lack) == 0 ? "at2 can run here\n"
                                            : "at2 can run here; the lines with \"lack\" say what would be better\n";
}

}  // namespace

std::string describe(const std::vector<Diagnosis>& found) {
  std::ostringstream text;
  for (const Diagnosis& one : found) {
    text << std::left << std::setw(7) << to_text(one.health) << one.what << ": " << one.state;
    if (!one.why.empty()) text << " (" << one.why << ")";
    if (!one.what_to_do.empty()) text << ": " << one.what_to_do;
    text << "\n";
  }
  text << "\n" << verdict(found);
  return text.str();
}

std::string diagnosis_json(const std::vector<Diagnosis>& found) {
  auto checks = nlohmann::ordered_json::array();
  for (const Diagnosis& one : found) {
    checks.push_back({{"what", one.what},
                      {"health", to_text(one.health)},
                      {"state", one.state},
                      {"why", one.why},
                      {"what_to_do", one.what_to_do}});
  }
  const nlohmann::ordered_json all = {{"can_run", can_run(found)}, {"checks", std::move(checks)}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

bool doctor_command(const DoctorRequest& request, std::ostream& out) {
  const std::vector<Diagnosis> found = examine(request.model);
  out << (request.format == OutputFormat::json ? diagnosis_json(found) : describe(found)) << std::flush;
  return can_run(found);
}

}  // namespace at2
