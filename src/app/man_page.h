/// \file app/man_page.h
/// \brief The manual page, made from the same tables as the help.
#pragma once

#include <string>

namespace at2 {

/// at2(1) in roff, for man -l: commands, options, examples, config keys, environment, exit status.
[[nodiscard]] std::string man_page();

/// `text` as roff shows it literally: backslashes, hyphens, and lines that begin like a request.
[[nodiscard]] std::string roff_text(const std::string& text);

}  // namespace at2
