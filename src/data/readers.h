/// \file data/readers.h
/// \brief From a data set in its native format to examples (appendix A.3 of the paper). Formats: data/formats.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/options.h"
#include "data/example.h"

namespace at2 {

/// What became of the records of a data set: read = kept + filtered + bad.
struct ReadReport {
  std::int64_t files = 0;
  std::int64_t read = 0;
  /// Usable records, of which `selected` were returned.
  std::int64_t kept = 0;
  std::int64_t selected = 0;
  /// Records that do not belong to the task: another category, no context, too long. They are not faults.
  std::int64_t filtered = 0;
  /// Faulty records: broken JSON, a missing key, a wrong type, invalid UTF-8, an empty question.
  std::int64_t bad = 0;
  /// Filtered and bad records by reason.
  std::map<std::string, std::int64_t> dropped_by_reason = {};
  /// The first bad records, as "file:line: reason (detail)".
  std::vector<std::string> first_bad = {};
};

/// Whether records without a context belong to the task.
enum class WithoutContext { drop, keep };

struct ReadRules {
  std::uint64_t seed = 1;
  /// Largest bearable share of bad records in those read.
  double max_bad_fraction = 0;
  /// What DatasetPart::automatic means for a format with one split only.
  DatasetPart own_part = DatasetPart::whole;
  /// Size of the part train.
  std::int64_t train_part_examples = 2000;
  WithoutContext without_context = WithoutContext::drop;
};

/// Reads a data set once, record by record, and returns its usable examples in order, or `options.max_examples` of them
/// chosen by the seed (data/selection.h). No more than the examples that may be returned are in memory.
/// \param report  filled also when the function throws
/// \throws UserError if there is no such file, one is empty, damaged or of another format, if a template is faulty, if
///         more records are bad than `max_bad_fraction` allows, or if no record is usable.
[[nodiscard]] std::vector<Example> read_examples(const DatasetOptions& options, const ReadRules& rules,
                                                 ReadReport& report);

/// "12 records read, 10 kept, 2 dropped (1 x no context, 1 x broken JSON), 5 used"
[[nodiscard]] std::string describe(const ReadReport& report);

}  // namespace at2
