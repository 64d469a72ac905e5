#include <charconv>
#include <fstream>

#include "base/errors.h"
#include "text/punkt.h"

namespace at2 {
namespace {

constexpr const char* kHint = "run launch/setup, which fetches the Punkt parameters";

struct Line {
  std::string text;
  /// "<file>:<line>"
  std::string place;
};

/// The lines that are not empty. They are not trimmed: one abbreviation is ". . ", with its spaces.
std::vector<Line> read_lines(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file)
    throw UserError(path.string() + " cannot be opened", "it holds parameters of the sentence splitter", kHint);
  std::vector<Line> lines;
  std::string text;
  for (std::int64_t number = 1; std::getline(file, text); ++number) {
    if (!text.empty()) lines.push_back({text, path.string() + ":" + std::to_string(number)});
  }
  if (lines.empty())
    throw UserError(path.string() + " is empty", "it holds parameters of the sentence splitter", kHint);
  return lines;
}

std::unordered_set<std::string> read_words(const std::filesystem::path& path) {
  std::unordered_set<std::string> words;
  for (Line& line : read_lines(path)) words.insert(std::move(line.text));
  return words;
}

/// Where the only tab of a line is.
std::size_t tab_of(const Line& line) {
  const std::size_t tab = line.text.find('\t');
  if (tab == std::string::npos || line.text.find('\t', tab + 1) != std::string::npos) {
    throw UserError(line.place + " is broken", "there must be one tab", kHint);
  }
  return tab;
}

std::unordered_set<std::string> read_pairs(const std::filesystem::path& path) {
  std::unordered_set<std::string> pairs;
  for (Line& line : read_lines(path)) {
    tab_of(line);
    pairs.insert(std::move(line.text));
  }
  return pairs;
}

std::unordered_map<std::string, std::uint32_t> read_numbers(const std::filesystem::path& path) {
  std::unordered_map<std::string, std::uint32_t> numbers;
  for (const Line& line : read_lines(path)) {
    const std::size_t tab = tab_of(line);
    const char* const end = line.text.data() + line.text.size();
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(line.text.data() + tab + 1, end, number);
    if (error != std::errc() || stop != end) {
      throw UserError(line.place + " is broken", "there must be a whole number after the tab", kHint);
    }
    numbers.emplace(line.text.substr(0, tab), number);
  }
  return numbers;
}

}  // namespace

PunktParameters read_punkt_parameters(const std::filesystem::path& folder) {
  return {.abbreviations = read_words(folder / "abbrev_types.txt"),
          .collocations = read_pairs(folder / "collocations.tab"),
          .sentence_starters = read_words(folder / "sent_starters.txt"),
          .orthographic_contexts = read_numbers(folder / "ortho_context.tab")};
}

}  // namespace at2
