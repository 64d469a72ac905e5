#include "app/completion.h"

#include "app/completion_parts.h"

namespace at2 {

std::string completion_script(Shell shell) { return shell == Shell::bash ? bash_completion() : zsh_completion(); }

}  // namespace at2
