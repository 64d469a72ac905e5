/// \file report/example_json.h
/// \brief The examples of a run as JSON for the page's browser: compact, and no larger than the page may become.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "config/options.h"
#include "report/results.h"

namespace at2 {

struct EmbeddedExamples {
  /// An object with methods, data sets and examples; "<", ">", "&" and quotes within texts are escaped, so that it can
  /// stand in a <script> element. Ranges are code points; of the scores only the largest are there.
  std::string json;
  /// Examples in it.
  std::int64_t shown = 0;
  /// Those that were left out because the text would have become too large.
  std::int64_t left_out = 0;
};

/// Up to options.max_examples examples, views with one id together, in order of first appearance. Where they take more
/// than `max_bytes`, first fewer scores of each, then fewer examples.
/// \pre one score per source, ranges lie within their texts
[[nodiscard]] EmbeddedExamples examples_json(const RunResults& results, const ReportOptions& options,
                                             std::size_t max_bytes);

}  // namespace at2
