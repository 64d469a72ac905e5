#include "app/run_folder_commands.h"

#include <ostream>

#include "app/run_check.h"
#include "app/run_status.h"

namespace at2 {

void status_command(const RunFolderRequest& request, std::ostream& out) {
  const RunStatus status = status_of(request.run);
  if (request.format == OutputFormat::text) {
    out << describe(status) << std::flush;
    return;
  }
  out << to_json(status).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

bool verify_run_command(const RunFolderRequest& request, std::ostream& out) {
  const RunCheck check = check_run(request.run);
  out << describe(check) << std::flush;
  return check.is_sound();
}

}  // namespace at2
