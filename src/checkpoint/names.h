/// \file checkpoint/names.h
/// \brief What a file of doubtful content may call its tensors and keys.
#pragma once

#include <string>
#include <string_view>

namespace at2 {

/// Refuses control characters in a name: a zero byte would cut off the messages that quote it, others would reach the
/// user's terminal.
/// \param what  "a tensor": what has the name
/// \param file  named in messages
/// \throws UserError naming the file and the name, spelled without control characters.
void require_plain_name(std::string_view name, std::string_view what, std::string_view file);

}  // namespace at2
