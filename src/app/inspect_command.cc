#include "app/inspect_command.h"

#include <ostream>

#include "app/inspect.h"
#include "app/inspection_text.h"

namespace at2 {

bool inspect_command(const InspectRequest& request, std::ostream& out) {
  const Inspection inspection = inspect(request.path);
  if (request.format == OutputFormat::json) {
    out << inspection.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  } else {
    out << inspection_text(inspection) << std::flush;
  }
  return is_sound(inspection);
}

}  // namespace at2
