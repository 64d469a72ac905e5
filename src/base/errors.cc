#include "base/errors.h"

namespace at2 {
namespace {

std::string join(std::string_view problem, std::string_view why, std::string_view what_to_do) {
  std::string text(problem);
  if (!why.empty()) text.append(" (").append(why).append(")");
  if (!what_to_do.empty()) text.append(": ").append(what_to_do);
  // Names out of broken files may hold anything: a NUL would end the message, an escape would reach the terminal.
  for (char& letter : text) {
    const bool control = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    if (control && letter != '\n' && letter != '\t') letter = '?';
  }
  return text;
}

}  // namespace

UserError::UserError(std::string_view problem, std::string_view why, std::string_view what_to_do)
    : std::runtime_error(join(problem, why, what_to_do)) {}

RecordError::RecordError(std::string_view reason, std::string_view detail)
    : std::runtime_error(join(reason, detail, "")), reason_(reason) {}

void contract_violation(const char* condition, const char* file, int line, const std::string& message) {
  throw ContractViolation(std::string(file) + ":" + std::to_string(line) + ": " + message + " [" + condition + "]");
}

}  // namespace at2
