#include "text/punkt_words.h"

#include <algorithm>
#include <optional>

#include "text/unicode.h"

namespace at2 {
namespace {

constexpr std::u32string_view kMarks = U".?!";
/// Signs that end the word before them.
constexpr std::u32string_view kSigns = U")\";}]*:@'({[?!\u2018\u2019\u201c\u201d\u00ab\u00bb";
/// Signs that cannot begin a word of several characters.
constexpr std::u32string_view kNoWordStart = U"(\"`{[:;&#*@)}]-,";
constexpr std::u32string_view kClosing = U"\"')]}\u2018\u2019\u201c\u201d\u00ab\u00bb";
/// Python's string.whitespace.
constexpr std::u32string_view kAsciiSpace = U" \t\n\r\v\f";

bool in(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }

std::size_t skip_space(std::u32string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::size_t skip_word(std::u32string_view text, std::size_t at) {
  while (at < text.size() && !is_space(text[at])) ++at;
  return at;
}

std::size_t run_length(std::u32string_view text, std::size_t at, char32_t c) {
  const std::size_t end = std::min(text.find_first_not_of(c, at), text.size());
  return end - at;
}

/// Length of three or more periods apart by one white space each; 0 if there are none.
std::size_t spaced_periods(std::u32string_view text, std::size_t at) {
  std::size_t periods = 0;
  std::size_t length = 0;
  for (std::size_t i = at; i < text.size() && text[i] == U'.'; i += 2) {
    ++periods;
    length = i + 1 - at;
    if (i + 1 >= text.size() || !is_space(text[i + 1])) break;
  }
  return periods >= 3 ? length : 0;
}

/// Length of a word made of hyphens or periods alone; 0 if there is none at `at`.
std::size_t multiple_sign(std::u32string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] != U'-' && text[at] != U'.') return 0;
  const std::size_t run = run_length(text, at, text[at]);
  if (run >= 2) return run;
  return text[at] == U'.' ? spaced_periods(text, at) : 0;
}

/// Whether a word ends before `at`, a comma there left aside.
bool ends_before(std::u32string_view text, std::size_t at) {
  return at >= text.size() || is_space(text[at]) || in(kSigns, text[at]) || multiple_sign(text, at) > 0;
}

/// Length of the word at `at`, which is no white space.
std::size_t word_length(std::u32string_view text, std::size_t at) {
  const std::size_t signs = multiple_sign(text, at);
  if (signs > 0) return signs;
  if (in(kNoWordStart, text[at])) return 1;
  std::size_t end = at + 1;
  while (!ends_before(text, end) && !(text[end] == U',' && ends_before(text, end + 1))) ++end;
  return end - at;
}

/// The mark at `mark` as a possible end, but for its word; nothing if no sentence can end there.
std::optional<PossibleEnd> possible_end_at(std::u32string_view line, std::size_t mark) {
  const std::size_t after = mark + 1;
  if (!in(kMarks, line[mark]) || after >= line.size()) return std::nullopt;
  if (in(kSigns, line[after])) return PossibleEnd{0, mark, after, after + 1};
  const std::size_t next_word = skip_space(line, after);
  if (next_word == after || next_word == line.size()) return std::nullopt;
  return PossibleEnd{0, mark, next_word, skip_word(line, next_word)};
}

}  // namespace

std::vector<PossibleEnd> possible_ends(std::u32string_view line) {
  std::vector<PossibleEnd> ends;
  std::optional<PossibleEnd> previous;
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::optional<PossibleEnd> end = possible_end_at(line, i);
    if (!end) continue;
    const std::size_t previous_mark = previous ? previous->mark : 0;
    const std::u32string_view between = line.substr(previous_mark, i - previous_mark);
    const std::size_t space = between.find_last_of(kAsciiSpace);
    // White space at place 0 counts as none: so it is in NLTK, whose decisions we reproduce.
    const bool is_new_word = space != std::u32string_view::npos && space > 0;
    end->word_begin = is_new_word ? previous_mark + space + 1 : (previous ? previous->word_begin : 0);
    if (previous && previous->mark <= end->word_begin) ends.push_back(*previous);
    previous = end;
  }
  if (previous) ends.push_back(*previous);
  return ends;
}

std::vector<std::u32string_view> punkt_words(std::u32string_view context) {
  std::vector<std::u32string_view> words;
  for (std::size_t at = skip_space(context, 0); at < context.size(); at = skip_space(context, at)) {
    const std::size_t length = word_length(context, at);
    words.push_back(context.substr(at, length));
    at += length;
  }
  return words;
}

ClosingSigns closing_signs(std::u32string_view piece) {
  for (std::size_t end = 1; end <= piece.size() && in(kClosing, piece[end - 1]); ++end) {
    const std::size_t after_space = skip_space(piece, end);
    const bool is_complete = end == piece.size() || after_space > end || piece.substr(end, 2) == U"--";
    if (is_complete) return {end, after_space};
  }
  return {};
}

}  // namespace at2
