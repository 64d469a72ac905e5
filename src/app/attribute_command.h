/// \file app/attribute_command.h
/// \brief at2 attribute: which parts of one context an answer came from.
#pragma once

#include <iosfwd>

#include "app/attribute_options.h"
#include "comm/environment.h"

namespace at2 {

/// Generates an answer (or takes a given one), attributes every sentence of it, and prints it to `out` in one of four
/// formats. An answer in the making is shown as it is written, where text is asked for. One rank; others do nothing.
/// \throws UserError for a file that cannot be read, an empty context, an estimator of another model
void attribute_command(const AttributeRequest& request, Environment& environment, std::ostream& out);

}  // namespace at2
