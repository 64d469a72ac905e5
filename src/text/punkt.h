/// \file text/punkt.h
/// \brief Sentence boundaries by Punkt (Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection"),
/// with the decisions of NLTK's implementation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// What Punkt learned from a corpus. Words are in lower case; "##number##" stands for every number.
struct PunktParameters {
  /// Abbreviations without their final period.
  std::unordered_set<std::string> abbreviations;
  /// Pairs of words, apart by a tab, that stand on both sides of a period without a sentence ending there.
  std::unordered_set<std::string> collocations;
  /// Words that often begin a sentence.
  std::unordered_set<std::string> sentence_starters;
  /// Where a word was seen with which case: bits of OrthographicContext.
  std::unordered_map<std::string, std::uint32_t> orthographic_contexts;
};

/// Reads abbrev_types.txt, collocations.tab, sent_starters.txt and ortho_context.tab.
/// \throws UserError naming file and line if one is missing, empty or broken.
[[nodiscard]] PunktParameters read_punkt_parameters(const std::filesystem::path& folder);

/// The sentences of one line (a text without line ends), in code points, in order; white space between them belongs to
/// none.
[[nodiscard]] std::vector<CharRange> punkt_sentences(std::u32string_view line, const PunktParameters& parameters);

}  // namespace at2
