/// \file report/table.h
/// \brief Tables as text for a terminal, as Markdown and as CSV.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/results.h"

namespace at2 {

/// A header and rows of equally many cells, in UTF-8. The first column is text, the others are numbers.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Aligned columns, a rule under the header; widths as a terminal shows them. Ends with a newline.
[[nodiscard]] std::string terminal_table(const Table& table);

/// GitHub Markdown. "|" and line breaks within cells are escaped.
[[nodiscard]] std::string markdown_table(const Table& table);

/// RFC 4180 with "\n" line ends: cells with a comma, a quote or a line break are quoted.
[[nodiscard]] std::string csv_table(const Table& table);

/// Kinds of source in order of first appearance in the rows.
[[nodiscard]] std::vector<std::string> source_kinds(const RunResults& results);

/// The k of the top-k drops that rows of this kind have, ascending.
[[nodiscard]] std::vector<std::int64_t> drop_ks(const RunResults& results, const std::string& sources);

/// Cost of attributing one example in forward passes: a backward pass counts as two.
[[nodiscard]] double forward_equivalents(const MethodRow& row);

/// Methods x (LDS, drops with standard errors, cost) for one kind of source.
[[nodiscard]] Table method_table(const RunResults& results, const std::string& sources);

/// The method that others are compared with, by its name; nothing where none is.
[[nodiscard]] std::optional<std::string> baseline_of(const RunResults& results, const std::string& sources);

/// Methods x (LDS and drops less those of the baseline, standard error of the LDS from its masks) for one kind of
/// source; differences over enough examples whose interval excludes 0 end in "*". No rows where there is nothing of
/// this.
[[nodiscard]] Table comparison_table(const RunResults& results, const std::string& sources);

/// What the comparison table shows, in a sentence or two.
[[nodiscard]] std::string comparison_caption(const RunResults& results, const std::string& sources);

/// Stages x (time, forward passes).
[[nodiscard]] Table stage_table(const RunResults& results);

/// One line per method, kind of source and metric, in full precision: mean, standard error, interval, count.
/// Differences to AT2 are "lds_over_at2" and "top_5_drop_over_at2"; "lds_mask_error" is a standard error alone. An
/// undefined metric has empty cells and count 0.
[[nodiscard]] Table metric_records(const RunResults& results);

/// One line per method and kind of source: forward passes, backward passes, both as forward passes, and seconds per
/// attributed example.
[[nodiscard]] Table cost_records(const RunResults& results);

/// tables/methods.md: as terminal_summary.
[[nodiscard]] std::string markdown_summary(const RunResults& results);

/// What `at2` prints at the end of a run: per kind of source the methods, and how they differ from AT2.
[[nodiscard]] std::string terminal_summary(const RunResults& results);

}  // namespace at2
