/// \file app/serve_command.h
/// \brief at2 serve: the model behind an HTTP interface.
#pragma once

#include <iosfwd>

#include "app/serve_options.h"
#include "comm/environment.h"

namespace at2 {

/// Loads the model, prints the address to `out`, and serves until SIGTERM or SIGINT. One rank; others do nothing.
/// \throws UserError for a model, an address or a token that cannot be used
void serve_command(const ServeRequest& request, Environment& environment, std::ostream& out);

}  // namespace at2
