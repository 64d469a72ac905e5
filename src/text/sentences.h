/// \file text/sentences.h
/// \brief Text to sentences, as the reference AT2 does it (`split_text(text, "sentence")`).
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/ranges.h"
#include "text/punkt.h"

namespace at2 {

/// The lines of `text` without their ends, which are those of Python's str.splitlines: \\n, \\r, \\r\\n, \\v, \\f,
/// U+001C to U+001E, U+0085, U+2028, U+2029. No empty line follows a final line end. Bytes.
[[nodiscard]] std::vector<CharRange> split_lines(std::string_view text);

/// Splits at line ends, then by Punkt for English.
class SentenceSplitter {
 public:
  /// \param punkt_folder  folder of the Punkt parameters (at2::punkt_dir())
  /// \throws UserError naming the file that is missing or broken.
  explicit SentenceSplitter(const std::filesystem::path& punkt_folder);

  /// The sentences of `text` in order, in bytes: sources and targets of AT2. Pieces only of ASCII white space, digits
  /// and punctuation, such as the "2." of a list, are left out. White space between sentences belongs to none; white
  /// space at the begin of a line belongs to its first sentence. \throws UserError if `text` is not UTF-8.
  [[nodiscard]] std::vector<CharRange> split(std::string_view text) const;

  /// All pieces, also those that split() leaves out.
  /// \throws UserError if `text` is not UTF-8.
  [[nodiscard]] std::vector<CharRange> split_all(std::string_view text) const;

 private:
  PunktParameters parameters_;
};

}  // namespace at2
