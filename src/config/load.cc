#include "config/load.h"

#include <algorithm>
#include <map>

#include "base/errors.h"
#include "config/check.h"
#include "config/keys.h"
#include "config/yaml_file.h"

namespace at2 {
namespace {

using Places = std::map<std::string, std::string>;

void apply_noting_place(const Assignment& assignment, RunOptions& options, Places& places) {
  apply(assignment, options);
  places[assignment.key->path] = assignment.place;
}

/// Applies `file` on top of its bases. `chain` holds the files that led here, to find cycles.
void apply_file(const std::filesystem::path& file, std::vector<std::filesystem::path> chain, RunOptions& options,
                Places& places) {
  const ConfigFile config = read_config_file(file);
  chain.push_back(std::filesystem::weakly_canonical(file));
  if (config.base) {
    const auto base = file.parent_path() / *config.base;
    if (std::find(chain.begin(), chain.end(), std::filesystem::weakly_canonical(base)) != chain.end()) {
      throw UserError(config.base_place + ": base " + *config.base + " leads back to itself",
                      "a file cannot be its own base, through others neither", "remove one of the base lines");
    }
    if (!std::filesystem::exists(base)) {
      throw UserError(config.base_place + ": base " + *config.base + " does not exist", "looked for " + base.string(),
                      "give its path relative to the file that names it");
    }
    apply_file(base, std::move(chain), options, places);
  }
  for (const Assignment& assignment : config.assignments) apply_noting_place(assignment, options, places);
}

void throw_fault(const Fault& fault, const Places& places) {
  const auto place = places.find(fault.key);
  const std::string start = place == places.end() ? "" : place->second + ": ";
  throw UserError(start + fault.problem, fault.why, fault.what_to_do);
}

}  // namespace

RunOptions load_options(const std::filesystem::path& file, std::span<const std::string> overrides) {
  RunOptions options;
  Places places;
  apply_file(file, {}, options, places);
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
