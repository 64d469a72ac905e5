#include "report/text_layout.h"

#include <algorithm>
#include <numeric>

#include "report/format.h"

namespace at2 {
namespace {

/// Width of a character in DejaVu Sans, the widest of the usual fonts, per column that it takes in a terminal.
double ems_of(char32_t character) {
  constexpr std::u32string_view kNarrow = U" .,:;'|!()[]-ijlftIr/";
  constexpr std::u32string_view kWide = U"MWmw@%";
  if (kNarrow.find(character) != std::u32string_view::npos) return 0.40;
  if (kWide.find(character) != std::u32string_view::npos) return 0.95;
  return character >= U'A' && character <= U'Z' ? 0.70 : 0.625;
}

}  // namespace

double text_width(std::string_view text, double font_size) {
  double ems = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    ems += ems_of(point.value) * static_cast<double>(display_width(text.substr(at, point.num_bytes)));
    at += point.num_bytes;
  }
  return ems * font_size;
}

std::vector<std::string> wrapped(std::string_view text, double width, double font_size) {
  std::vector<std::string> lines = {""};
  std::string word;
  const auto place_word = [&] {
    const bool fits = text_width(lines.back() + word, font_size) <= width;
    if (!fits && !lines.back().empty()) lines.emplace_back();
    lines.back() += word;
    word.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const std::string_view character = text.substr(at, point.num_bytes);
    at += point.num_bytes;
    if (text_width(word, font_size) + text_width(character, font_size) > width) place_word();
    word += character;
    const bool may_end = point.value == ' ' || point.value == '-' || point.value == '/' || point.value == '_';
    if (may_end) place_word();
  }
  place_word();
  for (std::string& line : lines) {
    while (line.ends_with(' ')) line.pop_back();
  }
  return lines;
}

std::vector<double> spread_places(std::span<const double> wanted, double distance, double low, double high) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  // With the distances taken off, places need only not decrease: neighbours that do are put at their mean.
  struct Block {
    double sum = 0;
    double count = 0;
    [[nodiscard]] double mean() const { return sum / count; }
  };
  std::vector<Block> blocks;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    blocks.push_back({wanted[order[rank]] - distance * static_cast<double>(rank), 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum;
      blocks.back().count += last.count;
    }
  }
  std::vector<double> places(wanted.size());
  const double highest = high - distance * (static_cast<double>(wanted.size()) - 1);
  std::size_t rank = 0;
  for (const Block& block : blocks) {
    const double base = std::max(low, std::min(block.mean(), highest));
    for (double member = 0; member < block.count; ++member, ++rank) {
      places[order[rank]] = base + distance * static_cast<double>(rank);
    }
  }
  return places;
}

}  // namespace at2
