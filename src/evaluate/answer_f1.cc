#include "evaluate/answer_f1.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "text/unicode.h"
#include "text/utf8.h"

namespace at2 {
namespace {

/// Python's string.punctuation.
bool is_punctuation(char32_t c) {
  constexpr std::u32string_view kPunctuation = U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  return kPunctuation.find(c) != std::u32string_view::npos;
}

/// Of what Python's `\b` sees as a word.
bool is_of_word(char32_t c) { return is_letter(c) || is_decimal(c); }

bool is_article(std::u32string_view word) { return word == U"a" || word == U"an" || word == U"the"; }

/// Every word that is an article becomes a space.
std::u32string without_articles(const std::u32string& text) {
  std::u32string rest;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_of_word(text[end])) ++end;
    const std::u32string_view word = std::u32string_view(text).substr(begin, end - begin);
    if (is_article(word)) {
      rest += U' ';
    } else {
      rest += word;
    }
    if (end < text.size()) rest += text[end++];
    begin = end;
  }
  return rest;
}

std::vector<std::u32string> words_of(const std::u32string& text) {
  std::vector<std::u32string> words(1);
  for (const char32_t c : text) {
    if (!is_space(c)) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::vector<std::u32string> normalized_words(std::string_view answer) {
  std::u32string text = decode_utf8(lowercase(decode_utf8(answer)));
  std::erase_if(text, is_punctuation);
  return words_of(without_articles(text));
}

bool is_whole_answer(const std::vector<std::u32string>& words) {
  constexpr std::array<std::u32string_view, 3> kWhole{U"yes", U"no", U"noanswer"};
  return words.size() == 1 && std::find(kWhole.begin(), kWhole.end(), words.front()) != kWhole.end();
}

std::size_t count_shared(const std::vector<std::u32string>& a, const std::vector<std::u32string>& b) {
  std::map<std::u32string_view, std::size_t> left;
  for (const std::u32string& word : b) ++left[word];
  std::size_t shared = 0;
  for (const std::u32string& word : a) {
    const auto found = left.find(word);
    if (found == left.end() || found->second == 0) continue;
    --found->second;
    ++shared;
  }
  return shared;
}

/// Where the last kFinalAnswer begins. The words are ASCII, so that no byte of another character is like them.
std::optional<std::size_t> place_of_marker(std::string_view text) {
  const auto alike = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
  constexpr std::string_view kMarker = "final answer:";
  const auto found = std::find_end(text.begin(), text.end(), kMarker.begin(), kMarker.end(), alike);
  if (found == text.end()) return std::nullopt;
  return static_cast<std::size_t>(found - text.begin());
}

}  // namespace

std::optional<std::string> final_answer(std::string_view response) {
  const auto place = place_of_marker(response);
  if (!place) return std::nullopt;
  std::u32string answer = decode_utf8(response.substr(*place + kFinalAnswer.size()));
  const auto first = std::find_if_not(answer.begin(), answer.end(), is_space);
  const auto last = std::find_if_not(answer.rbegin(), answer.rend(), is_space).base();
  return first < last ? encode_utf8(std::u32string(first, last)) : "";
}

std::string normalized_answer(std::string_view answer) {
  std::u32string text;
  for (const std::u32string& word : normalized_words(answer)) text.append(text.empty() ? U"" : U" ").append(word);
  return encode_utf8(text);
}

AnswerScore score_answer(std::string_view answer, std::string_view right_answer) {
  const std::vector<std::u32string> given = normalized_words(answer);
  const std::vector<std::u32string> right = normalized_words(right_answer);
  AnswerScore score;
  score.exact_match = given == right ? 1 : 0;
  if (given != right && (is_whole_answer(given) || is_whole_answer(right))) return score;
  const auto shared = static_cast<double>(count_shared(given, right));
  if (shared == 0) return score;
  const double precision = shared / static_cast<double>(given.size());
  const double recall = shared / static_cast<double>(right.size());
  score.f1 = 2 * precision * recall / (precision + recall);
  return score;
}

}  // namespace at2
