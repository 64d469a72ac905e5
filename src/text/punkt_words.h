/// \file text/punkt_words.h
/// \brief What Punkt looks at: marks that may end a sentence, and the words around them. Private to this room.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace at2 {

/// A mark (. ? !) that may end a sentence, with what decides on it. Code points of the line.
struct PossibleEnd {
  /// Begin of the word that the mark follows; marks in a row share it, and only the last of them is a PossibleEnd.
  std::size_t word_begin = 0;
  std::size_t mark = 0;
  /// Where the next sentence would begin.
  std::size_t next_begin = 0;
  /// End of the word or sign after the mark.
  std::size_t context_end = 0;
};

/// All possible ends in `line`, in order: marks followed by a bracket, quotation mark or the like, or by white space
/// and a further word.
[[nodiscard]] std::vector<PossibleEnd> possible_ends(std::u32string_view line);

/// The words of `context`. Signs are words of their own, periods stay with their word, and runs of two or more hyphens
/// or periods (the periods also apart by one white space each) are one word.
[[nodiscard]] std::vector<std::u32string_view> punkt_words(std::u32string_view context);

/// Closing signs at the begin of a piece that belong to the sentence before.
struct ClosingSigns {
  /// Signs, without white space.
  std::size_t size = 0;
  /// Signs and the white space after them; 0 if the piece begins with none.
  std::size_t size_with_space = 0;
};
[[nodiscard]] ClosingSigns closing_signs(std::u32string_view piece);

}  // namespace at2
