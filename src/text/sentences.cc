#include "text/sentences.h"

#include <algorithm>

#include "base/errors.h"
#include "text/utf8.h"

namespace at2 {
namespace {

/// Bytes of the line end at `at`; 0 if there is none.
std::size_t line_end_length(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("\r\n")) return 2;
  const char c = rest.front();
  if ((c >= '\n' && c <= '\r') || (c >= '\x1c' && c <= '\x1e')) return 1;
  if (rest.starts_with("\u0085")) return 2;
  return rest.starts_with("\u2028") || rest.starts_with("\u2029") ? 3 : 0;
}

/// ASCII white space, digit or punctuation: a piece only of these says nothing.
bool is_silent(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool is_ascii_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  const bool is_printable_or_space = (byte >= 0x20 && byte < 0x7F) || (byte >= '\t' && byte <= '\r');
  return is_printable_or_space && !is_ascii_letter;
}

std::string_view part(std::string_view text, CharRange range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

}  // namespace

std::vector<CharRange> split_lines(std::string_view text) {
  std::vector<CharRange> lines;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = line_end_length(text, at);
    if (length > 0) lines.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(at)});
    at += std::max<std::size_t>(length, 1);
    if (length > 0) begin = at;
  }
  if (begin < text.size()) lines.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(text.size())});
  return lines;
}

SentenceSplitter::SentenceSplitter(const std::filesystem::path& punkt_folder)
    : parameters_(read_punkt_parameters(punkt_folder)) {}

std::vector<CharRange> SentenceSplitter::split_all(std::string_view text) const {
  if (const auto bad = find_invalid_utf8(text)) {
    throw UserError("a text cannot be split into sentences", "it is not UTF-8 at byte " + std::to_string(*bad),
                    "give plain UTF-8 text");
  }
  std::vector<CharRange> sentences;
  for (const CharRange& line : split_lines(text)) {
    const CodePointOffsets offsets(part(text, line));
    for (const CharRange& sentence : punkt_sentences(decode_utf8(part(text, line)), parameters_)) {
      const CharRange bytes = offsets.to_bytes(sentence);
      sentences.push_back({line.begin + bytes.begin, line.begin + bytes.end});
    }
  }
  return sentences;
}

std::vector<CharRange> SentenceSplitter::split(std::string_view text) const {
  std::vector<CharRange> sentences;
  std::size_t cursor = 0;
  for (const CharRange& piece : split_all(text)) {
    const std::string_view words = part(text, piece);
    if (std::all_of(words.begin(), words.end(), is_silent)) continue;
    // The reference searches for each piece after the one before, so a piece is not always where it was cut.
    const std::size_t begin = text.find(words, cursor);
    cursor = begin + words.size();
    sentences.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(cursor)});
  }
  return sentences;
}

}  // namespace at2
