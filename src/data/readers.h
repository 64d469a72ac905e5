/// \file data/readers.h
/// \brief Readers of data sets in their native formats (appendix A.3.1 of the paper).
///
/// Dolly 15k: one JSON object a line with `instruction`, `context`, `response` and `category`. HotpotQA: one JSON array
/// of objects with `_id`, `question`, `answer` and `context` = [[title, [sentences]], ...].
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/options.h"
#include "data/example.h"

namespace at2 {

/// What became of the records of a file: read = kept + filtered + bad.
struct ReadReport {
  std::int64_t read = 0;
  /// Usable records, of which `selected` were returned.
  std::int64_t kept = 0;
  std::int64_t selected = 0;
  /// Records that do not belong to the task: another category, no context, too long. They are not faults.
  std::int64_t filtered = 0;
  /// Faulty records: broken JSON, a missing key, a wrong type, invalid UTF-8, an empty question.
  std::int64_t bad = 0;
  /// Filtered and bad records by reason.
  std::map<std::string, std::int64_t> dropped_by_reason;
  /// The first bad records, as "file:line: reason (detail)".
  std::vector<std::string> first_bad;
};

/// Longest Dolly prompt that is kept, in characters (code points).
inline constexpr std::int64_t kMaxDollyCharacters = 10000;

/// Reads all usable examples of a file in file order, or `options.max_examples` of them chosen by `seed`. Which ones
/// are chosen depends on their own text and the seed, so neither on the order of the file nor on the number of ranks,
/// and the choice of n is part of the choice of n + 1. \param max_bad_fraction  largest bearable share of bad records
/// in those read \param report            filled also when the function throws \throws UserError if the file is
/// missing, empty, a folder or of another format, if the template is faulty, if more
///         records are bad than `max_bad_fraction` allows, or if no record is usable.
[[nodiscard]] std::vector<Example> read_examples(const DatasetOptions& options, std::uint64_t seed,
                                                 double max_bad_fraction, ReadReport& report);

}  // namespace at2
