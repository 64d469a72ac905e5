/// \file text/ranges.h
/// \brief From ranges of characters to ranges of tokens.
#pragma once

#include <span>

#include "base/ranges.h"
#include "text/utf8.h"

namespace at2 {

/// The tokens of `characters`: from the first token that holds its first byte to the first token that holds its last
/// byte, as `char_to_token` of the reference has it. Two things follow. A token that reaches over the border of two
/// ranges is in both. Of a last character that is cut into several tokens, which all stand for the whole character,
/// only the first counts. Where white space belongs to no token, the range begins with the next token and ends with the
/// one before. \param tokens      bytes of each token, with neither begins nor ends ever decreasing (Encoding::ranges)
/// \param characters  bytes of the same text, not empty
/// \returns an empty range at the place of the next token if `characters` touches no token.
[[nodiscard]] TokenRange tokens_of(std::span<const CharRange> tokens, CharRange characters);

}  // namespace at2
