#include "config/load.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "base/errors.h"
#include "config/check.h"
#include "config/keys.h"
#include "config/yaml_file.h"

namespace at2 {
namespace {

/// What tells files apart. One that no folder holds any more, but that is still open, goes by the name given.
std::filesystem::path identity_of(const std::filesystem::path& file) {
  std::error_code nowhere;
  const auto real = std::filesystem::weakly_canonical(file, nowhere);
  return nowhere ? file : real;
}

using Places = std::map<std::string, std::string>;

void apply_noting_place(const Assignment& assignment, RunOptions& options, Places& places) {
  apply(assignment, options);
  places[assignment.key->path] = assignment.place;
}

/// Applies a file on top of its bases, and each file once.
class Chain {
 public:
  Chain(RunOptions& options, Places& places) : options_(options), places_(places) {}

  void apply_file(const std::filesystem::path& file) {
    const ConfigFile config = read_config_file(file);
    const auto real = identity_of(file);
    open_.push_back(real);
    for (const std::string& base : config.bases) apply_base(file.parent_path() / base, base, config.base_place);
    open_.pop_back();
    applied_.insert(real);
    for (const Assignment& assignment : config.assignments) apply_noting_place(assignment, options_, places_);
  }

 private:
  void apply_base(const std::filesystem::path& file, const std::string& as_written, const std::string& place) {
    const auto real = identity_of(file);
    if (std::find(open_.begin(), open_.end(), real) != open_.end()) {
      throw UserError(place + ": base " + as_written + " leads back to itself",
                      "a file cannot be its own base, through others neither", "remove one of the base lines");
    }
    std::error_code unreachable;
    if (!std::filesystem::exists(file, unreachable)) {
      throw UserError(place + ": base " + as_written + " does not exist", "looked for " + file.string(),
                      "give its path relative to the file that names it");
    }
    // What two bases have in common must not undo what the first of them says.
    if (!applied_.contains(real)) apply_file(file);
  }

  RunOptions& options_;
  Places& places_;
  /// The files that led here, to find cycles.
  std::vector<std::filesystem::path> open_;
  std::set<std::filesystem::path> applied_;
};

void throw_fault(const Fault& fault, const Places& places) {
  const auto place = places.find(fault.key);
  const std::string start = place == places.end() ? "" : place->second + ": ";
  throw UserError(start + fault.problem, fault.why, fault.what_to_do);
}

}  // namespace

RunOptions load_options(const std::filesystem::path& file, std::span<const std::string> overrides) {
  RunOptions options;
  Places places;
  Chain(options, places).apply_file(file);
  for (const std::string& argument : overrides) apply_noting_place(parse_override(argument), options, places);
  if (options.name.empty()) options.name = file.stem().string();
  if (const auto fault = first_fault(options)) {
    // A key that no line mentions is still the fault of this file.
    places.emplace(fault->key, file.string());
    throw_fault(*fault, places);
  }
  return options;
}

RunOptions override_options(RunOptions defaults, std::span<const std::string> overrides) {
  for (const std::string& argument : overrides) apply(parse_override(argument), defaults);
  return defaults;
}

void validate(const RunOptions& options) {
  if (const auto fault = first_fault(options)) throw_fault(*fault, {});
}

std::vector<Difference> differences(const RunOptions& have, const RunOptions& want) {
  std::vector<Difference> found;
  for (const Key& key : all_keys()) {
    const Value first = key.value(have);
    const Value second = key.value(want);
    if (first != second) found.push_back({key.path, to_yaml(first), to_yaml(second)});
  }
  return found;
}

}  // namespace at2
