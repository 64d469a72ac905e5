#include "app/command_table.h"

#include <algorithm>

#include "app/attribute_options.h"
#include "app/doctor_options.h"
#include "app/figures_options.h"
#include "app/help_options.h"
#include "app/inspect_options.h"
#include "app/lds_options.h"
#include "app/run_folder_options.h"
#include "app/serve_options.h"
#include "app/stage_options.h"
#include "app/verify_options.h"
#include "base/errors.h"
#include "base/nearest_word.h"

namespace at2 {
namespace {

std::vector<CommandEntry> make_table() {
  std::vector<CommandEntry> table = stage_commands();
  const auto add = [&table](std::vector<CommandEntry> entries) {
    table.insert(table.end(), entries.begin(), entries.end());
  };
  add({attribute_entry(), serve_entry()});
  add(run_folder_commands());
  add({figures_entry(), lds_entry()});
  add(config_commands());
  add({verify_model_entry(), inspect_entry(), doctor_entry()});
  add(help_commands());
  return table;
}

}  // namespace

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table = make_table();
  return table;
}

const CommandEntry* find_command(std::string_view name) {
  const auto& table = command_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const CommandEntry& e) { return e.name == name; });
  return found == table.end() ? nullptr : &*found;
}

const CommandEntry& command_named(std::string_view name) {
  if (const CommandEntry* found = find_command(name)) return *found;
  std::vector<std::string_view> names;
  std::string list;
  for (const CommandEntry& entry : command_table()) {
    names.push_back(entry.name);
    list.append(list.empty() ? "" : ", ").append(entry.name);
  }
  throw UserError("at2 " + std::string(name) + " is not a command", "commands: " + list,
                  did_you_mean(name, names, "see at2 help"));
}

}  // namespace at2
