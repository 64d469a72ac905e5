/// \file app/main.cc
/// \brief The program: reads the command line, starts the ranks, runs the command, and ends all ranks on an error.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app/attribute_command.h"
#include "app/command_line.h"
#include "app/command_table.h"
#include "app/completion.h"
#include "app/data_command.h"
#include "app/doctor_command.h"
#include "app/dry_run_command.h"
#include "app/figures_command.h"
#include "app/help_text.h"
#include "app/inspect_command.h"
#include "app/lds_command.h"
#include "app/man_page.h"
#include "app/run_command.h"
#include "app/run_folder_commands.h"
#include "app/serve_command.h"
#include "app/verify_command.h"
#include "base/errors.h"
#include "base/stop_request.h"
#include "comm/agree.h"
#include "config/load.h"
#include "config/provenance.h"

namespace {

int run(const at2::CommandLine& line, at2::Environment& environment) {
  using at2::Command;
  const bool speaks = environment.communicator().rank() == 0;
  switch (line.command) {
    case Command::help:
      if (!speaks) return 0;
      std::cout << (line.topic.empty() ? at2::help_text() : at2::help_text(at2::command_named(line.topic)));
      return 0;
    case Command::version:
      if (speaks) std::cout << "at2 " << at2::program_version() << " (" << at2::program_commit() << ")\n";
      return 0;
    case Command::dump_default:
      if (speaks) std::cout << at2::dump_default();
      return 0;
    case Command::show_config: {
      const at2::RunOptions options =
          at2::agreed(environment.communicator(), [&] { return at2::load_options(line.config_file, line.overrides); });
      if (speaks) std::cout << at2::dump_options(options);
      return 0;
    }
    case Command::show_data:
      at2::data_command(line, environment, std::cout);
      return 0;
    case Command::figures:
      at2::figures_command(line.figures, environment, std::cout);
      return 0;
    case Command::lds:
      at2::lds_command(line.lds, environment, std::cout);
      return 0;
    case Command::attribute:
      at2::attribute_command(line.attribute, environment, std::cout);
      return 0;
    case Command::serve:
      at2::serve_command(line.serve, environment, std::cout);
      return 0;
    case Command::status:
      if (speaks) at2::status_command(line.run_folder, std::cout);
      return 0;
    case Command::verify:
      return !speaks || at2::verify_run_command(line.run_folder, std::cout) ? 0 : 1;
    case Command::doctor:
      return !speaks || at2::doctor_command(line.doctor, std::cout) ? 0 : 1;
    case Command::inspect:
      return !speaks || at2::inspect_command(line.inspect, std::cout) ? 0 : 1;
    case Command::completion:
      if (speaks) std::cout << at2::completion_script(line.shell);
      return 0;
    case Command::man:
      if (speaks) std::cout << at2::man_page();
      return 0;
    case Command::verify_model:
      return at2::verify_command(line.verify, environment, std::cout) ? 0 : 1;
    default:
      if (line.dry_run) {
        at2::dry_run_command(line, environment, std::cout);
        return 0;
      }
      return at2::run_stages(line, environment, std::cout) == at2::StageEnd::stopped ? at2::kStoppedStatus : 0;
  }
}

}  // namespace

int main(int argc, char** argv) {
  at2::Environment environment(&argc, &argv);
  const int rank = environment.communicator().rank();
  try {
    const auto line = at2::agreed(environment.communicator(), [&] {
      return at2::parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
    });
    return run(line, environment);
  } catch (const at2::AgreedError& error) {
    // All ranks know of it and end in order.
    if (rank == 0) std::cerr << "error: " << error.what() << std::endl;
    return 1;
  } catch (const at2::UserError& error) {
    std::cerr << "error: " << error.what() << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "internal error: " << error.what() << std::endl;
  }
  if (environment.communicator().size() > 1) environment.abort(1);
  return 1;
}
