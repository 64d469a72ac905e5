#include "report/sortable_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

/// The number that a text begins with.
std::optional<double> leading_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool has_numbers(const SortableTable& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const std::vector<SortableCell>& row) { return row[column].value.has_value(); });
}

std::string attribute(std::string_view name, std::string_view value) {
  return value.empty() ? "" : " " + std::string(name) + "=\"" + escape_markup(value) + "\"";
}

/// Words stand to the left, numbers to the right.
std::string cell_html(const SortableCell& cell, bool first, bool numbers) {
  std::string css_class = cell.css_class;
  if (!first && !numbers) css_class += css_class.empty() ? "word" : " word";
  const std::string value = cell.value ? exact(*cell.value) : "";
  return std::string(first ? "<th scope=\"row\"" : "<td") + attribute("class", css_class) +
         attribute("data-value", value) + ">" + escape_markup(cell.text) + (first ? "</th>" : "</td>");
}

}  // namespace

SortableCell number_cell(double value) {
  return {compact(value), std::isfinite(value) ? std::optional(value) : std::nullopt};
}

SortableCell duration_cell(double seconds) {
  return {duration_text(seconds), std::isfinite(seconds) ? std::optional(seconds) : std::nullopt};
}

SortableCell estimate_cell(const std::optional<Estimate>& estimate, int decimals) {
  SortableCell cell{with_error(estimate, decimals)};
  if (estimate && std::isfinite(estimate->mean)) cell.value = estimate->mean;
  return cell;
}

SortableTable sortable(const Table& table, std::string caption) {
  SortableTable sorted{std::move(caption), table.header, {}};
  for (const auto& row : table.rows) {
    std::vector<SortableCell> cells;
    for (const std::string& text : row) {
      cells.push_back({text, cells.empty() ? std::nullopt : leading_number(text)});
    }
    sorted.rows.push_back(std::move(cells));
  }
  return sorted;
}

std::string sortable_table_html(const SortableTable& table) {
  for (const std::vector<SortableCell>& row : table.rows) {
    AT2_EXPECT(row.size() == table.header.size(), "every row has a cell per column");
  }
  std::string head;
  std::vector<bool> numbers;
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    numbers.push_back(has_numbers(table, column));
    const bool word = column > 0 && !numbers.back();
    head += std::string("<th scope=\"col\"") + (word ? " class=\"word\"" : "") + " data-sort=\"" +
            (numbers.back() ? "number" : "text") + "\">" + escape_markup(table.header[column]) + "</th>";
  }
  std::string body;
  for (const std::vector<SortableCell>& row : table.rows) {
    body += "<tr>";
    for (std::size_t column = 0; column < row.size(); ++column) {
      body += cell_html(row[column], column == 0, numbers[column]);
    }
    body += "</tr>\n";
  }
  return "<div class=\"scroll\" role=\"region\" tabindex=\"0\"" + attribute("aria-label", table.caption) +
         "><table class=\"sortable\">" +
         (table.caption.empty() ? "" : "<caption>" + escape_markup(table.caption) + "</caption>") + "<thead><tr>" +
         head + "</tr></thead>\n<tbody>" + body + "</tbody></table></div>\n";
}

}  // namespace at2
