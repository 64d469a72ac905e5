#include "report/highlight.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr std::size_t kPlain = static_cast<std::size_t>(-1);
constexpr auto kShown = HighlightPiece::Kind::shown;
constexpr auto kHidden = HighlightPiece::Kind::left_out;
/// Gaps of fewer bytes are not worth a sign that stands for them.
constexpr std::size_t kShortGap = 16;

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

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

/// Makes what is shown end at blanks, and closes short gaps.
void widen_to_words(std::string_view text, std::vector<bool>& shown) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (shown[at - 1] && !is_blank(text[at])) shown[at] = true;
  }
  for (std::size_t at = text.size(); at-- > 1;) {
    if (shown[at] && !is_blank(text[at]) && !is_blank(text[at - 1])) shown[at - 1] = true;
  }
  for (std::size_t begin = 0; begin < text.size();) {
    const auto gap_end = std::find(shown.begin() + static_cast<std::ptrdiff_t>(begin), shown.end(), true);
    const auto end = static_cast<std::size_t>(gap_end - shown.begin());
    if (end - begin < kShortGap) std::fill(shown.begin() + static_cast<std::ptrdiff_t>(begin), gap_end, true);
    begin = std::max(end, begin + 1);
  }
}

/// The bytes of coloured sources and of their neighbours.
std::vector<bool> shown_bytes(std::string_view text, std::span<const CharRange> sources,
                              std::span<const double> strengths, std::int64_t neighbours) {
  std::vector<bool> shown(text.size(), false);
  const auto last = std::ssize(sources) - 1;
  bool any = false;
  for (std::int64_t source = 0; source <= last; ++source) {
    if (strengths[static_cast<std::size_t>(source)] <= 0) continue;
    any = true;
    const auto begin = sources[static_cast<std::size_t>(std::max<std::int64_t>(0, source - neighbours))].begin;
    const auto end = sources[static_cast<std::size_t>(std::min(last, source + neighbours))].end;
    std::fill(shown.begin() + begin, shown.begin() + std::max(begin, end), true);
  }
  if (any) widen_to_words(text, shown);
  return shown;
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
      pieces.push_back({{at, at}, owner[byte] == kPlain ? std::nullopt : std::optional(owner[byte]), kShown});
    }
    ++pieces.back().range.end;
  }
  return pieces;
}

std::vector<HighlightPiece> elided_pieces(std::string_view text, std::span<const CharRange> sources,
                                          std::span<const double> strengths, std::int64_t neighbours) {
  AT2_EXPECT(neighbours >= 0, "a number of neighbours");
  const std::vector<HighlightPiece> whole = highlight_pieces(text, sources, strengths);
  const std::vector<bool> shown = shown_bytes(text, sources, strengths, neighbours);
  if (std::find(shown.begin(), shown.end(), true) == shown.end()) return whole;
  std::vector<HighlightPiece> pieces;
  for (const HighlightPiece& piece : whole) {
    for (std::int64_t at = piece.range.begin; at < piece.range.end; ++at) {
      const bool here = shown[static_cast<std::size_t>(at)];
      const auto kind = here ? kShown : kHidden;
      const bool goes_on = !pieces.empty() && pieces.back().kind == kind && (!here || at > piece.range.begin);
      if (!goes_on) pieces.push_back({{at, at}, here ? piece.source : std::nullopt, kind});
      ++pieces.back().range.end;
    }
  }
  return pieces;
}

std::string pieces_html(std::string_view text, std::span<const HighlightPiece> pieces, std::span<const double> scores,
                        std::span<const double> strengths) {
  std::string html;
  for (const HighlightPiece& piece : pieces) {
    std::string_view part = slice(text, piece.range);
    if (piece.kind == kHidden) {
      html += std::string(html.empty() ? "" : " ") + "<span class=\"gap\" title=\"" +
              compact(static_cast<double>(part.size())) + " characters left out\">" + std::string(kLeftOut) +
              "</span> ";
      continue;
    }
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

std::string highlighted_html(std::string_view text, std::span<const CharRange> sources, std::span<const double> scores,
                             double threshold) {
  const std::vector<double> strengths = highlight_strengths(scores, threshold);
  return pieces_html(text, highlight_pieces(text, sources, strengths), scores, strengths);
}

}  // namespace at2
