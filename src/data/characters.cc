#include "data/characters.h"

#include <algorithm>
#include <array>

#include "text/sentences.h"

namespace at2 {
namespace {

/// White space as Python's str.strip has it, since the reference strips passages with that. None is the end of another.
constexpr std::array<std::string_view, 29> kSpaces{" ",
                                                   "\t",
                                                   "\n",
                                                   "\v",
                                                   "\f",
                                                   "\r",
                                                   "\x1C",
                                                   "\x1D",
                                                   "\x1E",
                                                   "\x1F",
                                                   "\xC2\x85",
                                                   "\xC2\xA0",
                                                   "\xE1\x9A\x80",
                                                   "\xE2\x80\x80",
                                                   "\xE2\x80\x81",
                                                   "\xE2\x80\x82",
                                                   "\xE2\x80\x83",
                                                   "\xE2\x80\x84",
                                                   "\xE2\x80\x85",
                                                   "\xE2\x80\x86",
                                                   "\xE2\x80\x87",
                                                   "\xE2\x80\x88",
                                                   "\xE2\x80\x89",
                                                   "\xE2\x80\x8A",
                                                   "\xE2\x80\xA8",
                                                   "\xE2\x80\xA9",
                                                   "\xE2\x80\xAF",
                                                   "\xE2\x81\x9F",
                                                   "\xE3\x80\x80"};

}  // namespace

std::int64_t count_characters(std::string_view text) {
  const auto starts = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
  return std::count_if(text.begin(), text.end(), starts);
}

std::string_view strip(std::string_view text) {
  const auto begins = [&text](std::string_view space) { return text.starts_with(space); };
  const auto ends = [&text](std::string_view space) { return text.ends_with(space); };
  for (auto space = std::find_if(kSpaces.begin(), kSpaces.end(), begins); space != kSpaces.end();
       space = std::find_if(kSpaces.begin(), kSpaces.end(), begins)) {
    text.remove_prefix(space->size());
  }
  for (auto space = std::find_if(kSpaces.begin(), kSpaces.end(), ends); space != kSpaces.end();
       space = std::find_if(kSpaces.begin(), kSpaces.end(), ends)) {
    text.remove_suffix(space->size());
  }
  return text;
}

std::vector<CharRange> split_words(std::string_view text) {
  const auto is_space = [&text](std::size_t at) {
    const std::string_view rest = text.substr(at);
    return std::any_of(kSpaces.begin(), kSpaces.end(),
                       [&rest](std::string_view space) { return rest.starts_with(space); });
  };
  std::vector<CharRange> words;
  for (std::string_view rest = strip(text); !rest.empty(); rest = strip(rest)) {
    const auto begin = static_cast<std::size_t>(rest.data() - text.data());
    std::size_t end = begin;
    while (end < begin + rest.size() && !is_space(end)) ++end;
    words.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)});
    rest.remove_prefix(end - begin);
  }
  return words;
}

std::vector<CharRange> split_paragraphs(std::string_view text) {
  std::vector<CharRange> paragraphs;
  for (const CharRange& line : split_lines(text)) {
    const auto kept = strip(text.substr(static_cast<std::size_t>(line.begin), static_cast<std::size_t>(line.size())));
    if (kept.empty()) continue;
    const std::int64_t begin = kept.data() - text.data();
    paragraphs.push_back({begin, begin + std::ssize(kept)});
  }
  return paragraphs;
}

}  // namespace at2
