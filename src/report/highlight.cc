#include "report/highlight.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr std::size_t kPlain = static_cast<std::size_t>(-1);

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

/// For every byte the strongest source that covers it.
std::vector<std::size_t> strongest_sources(std::string_view text, std::span<const CharRange> sources,
                                           std::span<const double> strengths) {
  std::vector<std::size_t> owner(text.size(), kPlain);
  for (std::size_t source = 0; source < sources.size(); ++source) {
    const CharRange range = sources[source];
    AT2_EXPECT(range.begin >= 0 && range.begin <= range.end && static_cast<std::size_t>(range.end) <= text.size(),
               "a source lies within its context");
    if (strengths[source] <= 0) continue;
    for (auto byte = static_cast<std::size_t>(range.begin); byte < static_cast<std::size_t>(range.end); ++byte) {
      if (owner[byte] == kPlain || strengths[owner[byte]] < strengths[source]) owner[byte] = source;
    }
  }
  return owner;
}

/// Bytes of white space that a piece starts with; none if it is nothing else, since then it is what the source shows.
std::size_t leading_blanks(std::string_view part) {
  const std::size_t first = part.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? 0 : first;
}

std::string_view slice(std::string_view text, CharRange range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

}  // namespace

std::vector<double> highlight_strengths(std::span<const double> scores, double threshold) {
  AT2_EXPECT(threshold >= 0 && threshold < 1, "a threshold is a share of the largest score");
  double largest = 0;
  for (const double score : scores) largest = std::max(largest, std::isfinite(score) ? score : 0.0);
  std::vector<double> strengths(scores.size(), 0.0);
  if (largest <= 0) return strengths;
  for (std::size_t source = 0; source < scores.size(); ++source) {
    if (std::isfinite(scores[source]) && scores[source] > threshold * largest) {
      strengths[source] = scores[source] / largest;
    }
  }
  return strengths;
}

std::vector<HighlightPiece> highlight_pieces(std::string_view text, std::span<const CharRange> sources,
                                             std::span<const double> strengths) {
  AT2_EXPECT(sources.size() == strengths.size(), "one strength per source");
  std::vector<std::size_t> owner = strongest_sources(text, sources, strengths);
  for (std::size_t byte = 1; byte < text.size(); ++byte) {
    if (continues_character(text[byte])) owner[byte] = owner[byte - 1];
  }
  std::vector<HighlightPiece> pieces;
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    if (byte == 0 || owner[byte] != owner[byte - 1]) {
      const auto at = static_cast<std::int64_t>(byte);
      pieces.push_back({{at, at}, owner[byte] == kPlain ? std::nullopt : std::optional(owner[byte])});
    }
    ++pieces.back().range.end;
  }
  return pieces;
}

std::string highlighted_html(std::string_view text, std::span<const CharRange> sources, std::span<const double> scores,
                             double threshold) {
  const std::vector<double> strengths = highlight_strengths(scores, threshold);
  std::string html;
  for (const HighlightPiece& piece : highlight_pieces(text, sources, strengths)) {
    std::string_view part = slice(text, piece.range);
    if (!piece.source) {
      html += escape_markup(part);
      continue;
    }
    // A token's blank stays plain: coloured, it would be left hanging at the end of a line.
    html += part.substr(0, leading_blanks(part));
    part.remove_prefix(leading_blanks(part));
    const double strength = strengths[*piece.source];
    html += "<mark style=\"--s:" + fixed(strength, 2) + "\" title=\"score " + compact(scores[*piece.source]) + " (" +
            fixed(100 * strength, 0) + " % of the largest)\">" + escape_markup(part) + "</mark>";
  }
  return html;
}

std::string highlighted_terminal(std::string_view text, std::span<const CharRange> sources,
                                 std::span<const double> scores, double threshold) {
  // From pale to strong in the 256-colour cube, each with a foreground that stays readable.
  constexpr std::array<const char*, 4> kShades = {"\033[48;5;153;38;5;16m", "\033[48;5;111;38;5;16m",
                                                  "\033[48;5;69;38;5;16m", "\033[48;5;26;38;5;231m"};
  const std::vector<double> strengths = highlight_strengths(scores, threshold);
  std::string result;
  for (const HighlightPiece& piece : highlight_pieces(text, sources, strengths)) {
    std::string_view part = slice(text, piece.range);
    if (!piece.source) {
      result += part;
      continue;
    }
    result += part.substr(0, leading_blanks(part));
    part.remove_prefix(leading_blanks(part));
    const auto shade = std::min<std::size_t>(3, static_cast<std::size_t>(4 * strengths[*piece.source]));
    result += kShades[shade];
    result += part;
    result += "\033[0m";
  }
  return result;
}

}  // namespace at2
