/// \file evaluate/answer_f1.h
/// \brief How good a short answer is: the scores of HotpotQA's and SQuAD's official scripts (paper, appendix A.6).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace at2 {

/// What begins the answer in a response; letters of either case.
inline constexpr std::string_view kFinalAnswer = "Final answer:";

/// What follows the last kFinalAnswer of a response, without white space at its ends; nothing where it has none.
/// \pre valid UTF-8
[[nodiscard]] std::optional<std::string> final_answer(std::string_view response);

/// In lower case, without ASCII punctuation, then without the words a, an and the, words apart by one space.
/// \pre valid UTF-8
[[nodiscard]] std::string normalized_answer(std::string_view answer);

/// Each from 0 to 1.
struct AnswerScore {
  /// Of the words that the normalized answers share, counted as often as both have them.
  double f1 = 0;
  /// 1 where the normalized answers are equal.
  double exact_match = 0;
};

/// HotpotQA's rule: an answer yes, no or noanswer is right as a whole or not at all.
/// \pre both are valid UTF-8
[[nodiscard]] AnswerScore score_answer(std::string_view answer, std::string_view right_answer);

}  // namespace at2
