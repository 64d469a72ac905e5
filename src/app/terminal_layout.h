/// \file app/terminal_layout.h
/// \brief What the terminal that the answer goes to can show.
#pragma once

#include "report/answer_text.h"

namespace at2 {

enum class ColourChoice { automatic, always, never };

/// Width and colours of standard output. Colours, when left to the program: on a terminal that is not "dumb", unless
/// NO_COLOR is set. Width: of the terminal, else $COLUMNS, else 80; at least 20.
[[nodiscard]] TextLayout layout_of_output(ColourChoice choice);

/// Columns after which lines are broken for the terminal; where the output is none, lines stay as they are.
[[nodiscard]] std::int64_t line_width_of_output();

}  // namespace at2
