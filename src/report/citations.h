/// \file report/citations.h
/// \brief The sources that are worth naming for each sentence of an answer, numbered as citations are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "report/answer.h"

namespace at2 {

/// A source that a target leans on.
struct Citation {
  std::int64_t source = 0;
  /// 1 for the source that is named first in the answer, 2 for the next, the same wherever it is named again.
  std::int64_t number = 0;
  double score = 0;
  /// Of the sum of the target's positive scores.
  double share = 0;
};

struct CitationOptions {
  std::int64_t most = 3;
  /// A source with less than this share of the best score is not named.
  double smallest_share_of_best = 0.2;
};

/// For every target the best sources, best first (ties: the earlier source); none where no score is positive.
/// \pre `scores` is of `answer`
[[nodiscard]] std::vector<std::vector<Citation>> citations_of(const AnswerScores& scores,
                                                              const CitationOptions& options = {});

/// The source's text, without white space at its ends.
[[nodiscard]] std::string_view source_text(const AttributedAnswer& answer, std::int64_t source);

/// For every source the largest of its scores beside the target's best, over all targets: 0 to 1, and 0 below
/// `threshold`.
[[nodiscard]] std::vector<double> cited_strengths(const AnswerScores& scores, double threshold);

}  // namespace at2
