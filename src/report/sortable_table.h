/// \file report/sortable_table.h
/// \brief Tables of the page of a run, which its script sorts by any column.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.h"

namespace at2 {

struct SortableCell {
  std::string text;
  /// What the column is sorted by; of a column without any, the texts.
  std::optional<double> value = {};
  std::string css_class = {};
};

/// The first cell of a row names it.
struct SortableTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<SortableCell>> rows;
};

/// A number as compact() writes it.
[[nodiscard]] SortableCell number_cell(double value);

/// A time as duration_text() writes it.
[[nodiscard]] SortableCell duration_cell(double seconds);

/// "0.71 ± 0.03"; without a value where there is no estimate.
[[nodiscard]] SortableCell estimate_cell(const std::optional<Estimate>& estimate, int decimals);

/// The numbers that the cells begin with are what they are sorted by.
[[nodiscard]] SortableTable sortable(const Table& table, std::string caption);

/// In an area of its own that scrolls where it is too wide, also by keyboard. A header says by data-sort whether its
/// column has numbers or texts, a cell by data-value which number.
/// \pre every row has a cell per column
[[nodiscard]] std::string sortable_table_html(const SortableTable& table);

}  // namespace at2
