#include "config/key_types.h"

namespace at2 {
namespace {

std::string shortest(double number) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof(text), number);
  return {text, result.ptr};
}

}  // namespace

std::optional<double> RealRange::parse(const std::string& word) const {
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(number)) return std::nullopt;
  if (number < low || (number == low && low_end == End::excluded)) return std::nullopt;
  if (number > high || (number == high && high_end == End::excluded)) return std::nullopt;
  return number;
}

std::string RealRange::text(double number) const { return shortest(number); }

std::string RealRange::expected() const {
  std::string words = "a number, ";
  words += (low_end == End::included ? "at least " : "greater than ") + shortest(low);
  if (std::isfinite(high)) words += (high_end == End::included ? " and at most " : " and less than ") + shortest(high);
  return words;
}

std::optional<RealOrAuto::Type> RealOrAuto::parse(const std::string& word) const {
  if (word == "auto") return Type{};
  const auto number = RealRange{}.parse(word);
  return number ? std::optional<Type>(number) : std::nullopt;
}

std::optional<bool> TrueOrFalse::parse(const std::string& word) const {
  if (word != "true" && word != "false") return std::nullopt;
  return word == "true";
}

std::optional<std::string> FolderName::parse(const std::string& word) const {
  if (word == "." || word == "..") return std::nullopt;
  for (const char character : word) {
    if (character == '/' || static_cast<unsigned char>(character) < 0x20) return std::nullopt;
  }
  return word;
}

}  // namespace at2
