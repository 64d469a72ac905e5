#include "text/punkt.h"

#include <algorithm>
#include <optional>

#include "text/punkt_words.h"
#include "text/unicode.h"

namespace at2 {
namespace {

/// Bits of PunktParameters::orthographic_contexts: place in the sentence, and case of the first letter.
namespace seen {
constexpr std::uint32_t initial_upper = 2;
constexpr std::uint32_t internal_upper = 4;
constexpr std::uint32_t unknown_upper = 8;
constexpr std::uint32_t initial_lower = 16;
constexpr std::uint32_t internal_lower = 32;
constexpr std::uint32_t unknown_lower = 64;
constexpr std::uint32_t upper = initial_upper | internal_upper | unknown_upper;
constexpr std::uint32_t lower = initial_lower | internal_lower | unknown_lower;
}  // namespace seen

constexpr const char* kNumber = "##number##";

struct Word {
  std::u32string_view text;
  /// Lower case, or kNumber.
  std::string type;
  bool ends_sentence = false;
  bool is_abbreviation = false;
  bool is_ellipsis = false;
};

/// An optional minus, an optional point or comma, a digit, and then digits, points, commas and hyphens.
bool is_number(std::u32string_view text) {
  if (!text.empty() && text.front() == U'-') text.remove_prefix(1);
  if (!text.empty() && (text.front() == U'.' || text.front() == U',')) text.remove_prefix(1);
  const auto inside = [](char32_t c) { return c == U'.' || c == U',' || c == U'-' || is_decimal(c); };
  return !text.empty() && is_decimal(text.front()) && std::all_of(text.begin(), text.end(), inside);
}

bool is_initial(std::u32string_view text) { return text.size() == 2 && is_letter(text[0]) && text[1] == U'.'; }

bool is_ellipsis(std::u32string_view text) {
  return text.size() >= 2 && text.find_first_not_of(U'.') == std::u32string_view::npos;
}

bool is_abbreviation(std::u32string_view without_period, const PunktParameters& parameters) {
  const std::string word = lowercase(without_period);
  const std::string last_part = word.substr(word.find_last_of('-') + 1);
  return parameters.abbreviations.contains(word) || parameters.abbreviations.contains(last_part);
}

std::string without_period(const std::string& type) {
  return type.size() > 1 && type.back() == '.' ? type.substr(0, type.size() - 1) : type;
}

/// The type without the period that ends its sentence.
std::string type_in_sentence(const Word& word) { return word.ends_sentence ? without_period(word.type) : word.type; }

/// Section 3: decisions by the type of a word alone.
Word annotate_by_type(std::u32string_view text, const PunktParameters& parameters) {
  Word word{.text = text, .type = is_number(text) ? kNumber : lowercase(text)};
  if (text == U"." || text == U"?" || text == U"!") {
    word.ends_sentence = true;
  } else if (is_ellipsis(text)) {
    word.is_ellipsis = true;
  } else if (text.ends_with(U'.') && !text.ends_with(U"..")) {
    word.is_abbreviation = is_abbreviation(text.substr(0, text.size() - 1), parameters);
    word.ends_sentence = !word.is_abbreviation;
  }
  return word;
}

std::uint32_t contexts_of(const std::string& type, const PunktParameters& parameters) {
  const auto found = parameters.orthographic_contexts.find(type);
  return found == parameters.orthographic_contexts.end() ? 0 : found->second;
}

/// The orthographic heuristic (4.1.1): whether the case of `word` shows that it begins a sentence; nothing if it does
/// not tell.
std::optional<bool> begins_sentence(const Word& word, const PunktParameters& parameters) {
  if (word.text.size() == 1 && std::u32string_view(U";:,.!?").find(word.text[0]) != std::u32string_view::npos) {
    return false;
  }
  const std::uint32_t contexts = contexts_of(type_in_sentence(word), parameters);
  const bool was_lower = (contexts & seen::lower) != 0;
  const bool was_upper_inside = (contexts & seen::internal_upper) != 0;
  if (is_upper(word.text[0]) && was_lower && !was_upper_inside) return true;
  const bool was_upper = (contexts & seen::upper) != 0;
  const bool was_lower_initially = (contexts & seen::initial_lower) != 0;
  if (is_lower(word.text[0]) && (was_upper || !was_lower_initially)) return false;
  return std::nullopt;
}

void make_abbreviation(Word& word) {
  word.ends_sentence = false;
  word.is_abbreviation = true;
}

/// Section 4: decisions by a word that ends in a period and the word after it.
void annotate_by_next(Word& word, const Word& next, const PunktParameters& parameters) {
  if (!word.text.ends_with(U'.')) return;
  const std::string type = without_period(word.type);
  const std::string next_type = type_in_sentence(next);
  // 4.1.2, collocations
  if (parameters.collocations.contains(type + '\t' + next_type)) return make_abbreviation(word);
  const bool initial = is_initial(word.text);
  const bool next_is_upper = is_upper(next.text[0]);
  const std::optional<bool> next_begins = begins_sentence(next, parameters);
  // 4.2, abbreviations and ellipses that also end a sentence; 4.1.3, frequent sentence starters
  if ((word.is_abbreviation || word.is_ellipsis) && !initial) {
    const bool is_starter = next_is_upper && parameters.sentence_starters.contains(next_type);
    if (next_begins == true || is_starter) {
      word.ends_sentence = true;
      return;
    }
  }
  // 4.3, initials and ordinal numbers
  if (!initial && type != kNumber) return;
  const bool is_always_upper = next_is_upper && (contexts_of(next_type, parameters) & seen::lower) == 0;
  if (next_begins == false || (!next_begins && initial && is_always_upper)) make_abbreviation(word);
}

/// Whether a sentence ends before the last word of `context`.
bool contains_end(std::u32string_view context, const PunktParameters& parameters) {
  std::vector<Word> words;
  for (const std::u32string_view text : punkt_words(context)) words.push_back(annotate_by_type(text, parameters));
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    annotate_by_next(words[i], words[i + 1], parameters);
    if (words[i].ends_sentence) return true;
  }
  return false;
}

CharRange range(std::size_t begin, std::size_t end) {
  return {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
}

std::vector<CharRange> pieces_between_ends(std::u32string_view line, const PunktParameters& parameters) {
  std::vector<CharRange> pieces;
  std::size_t begin = 0;
  for (const PossibleEnd& end : possible_ends(line)) {
    const std::u32string_view context = line.substr(end.word_begin, end.context_end - end.word_begin);
    if (!contains_end(context, parameters)) continue;
    pieces.push_back(range(begin, end.mark + 1));
    begin = end.next_begin;
  }
  std::size_t line_end = line.size();
  while (line_end > begin && is_space(line[line_end - 1])) --line_end;
  pieces.push_back(range(begin, line_end));
  return pieces;
}

}  // namespace

std::vector<CharRange> punkt_sentences(std::u32string_view line, const PunktParameters& parameters) {
  const std::vector<CharRange> pieces = pieces_between_ends(line, parameters);
  std::vector<CharRange> sentences;
  // What the sentence before took from the begin of this piece.
  std::size_t taken = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    CharRange sentence = pieces[i];
    sentence.begin += static_cast<std::int64_t>(taken);
    taken = 0;
    if (i + 1 < pieces.size()) {
      const CharRange& next = pieces[i + 1];
      const ClosingSigns signs =
          closing_signs(line.substr(static_cast<std::size_t>(next.begin), static_cast<std::size_t>(next.size())));
      if (signs.size > 0) sentence.end = next.begin + static_cast<std::int64_t>(signs.size);
      taken = signs.size_with_space;
    }
    if (sentence.begin < sentence.end) sentences.push_back(sentence);
  }
  return sentences;
}

}  // namespace at2
