#include "app/inspection_text.h"

#include <algorithm>

#include "report/format.h"
#include "report/table.h"
#include "report/terminal.h"

namespace at2 {
namespace {

constexpr std::size_t kShownRows = 12;
constexpr std::size_t kShownItems = 12;

/// "key_value_heads" -> "key value heads"
std::string title_of(std::string name) {
  // A key of a config or of GGUF stays as it is written there.
  if (name.find('.') != std::string::npos) return name;
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

bool is_size(const std::string& name) { return name == "bytes" || name.ends_with("_bytes") || name == "bytes_written"; }

std::string cell_of(const std::string& name, const Inspection& value) {
  if (value.is_null()) return std::string(kNoValue);
  if (value.is_string()) return printable(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    return is_size(name) ? bytes_text(number) : std::to_string(number);
  }
  if (value.is_number()) return compact(value.get<double>());
  if (value.is_array() && name == "shape") {
    std::string shape;
    for (const auto& extent : value) shape += (shape.empty() ? "" : " x ") + std::to_string(extent.get<std::int64_t>());
    return shape.empty() ? "one value" : shape;
  }
  if (!value.is_array()) return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string list;
  std::size_t shown = 0;
  for (const auto& item : value) {
    if (shown++ == kShownItems) return list + ", ... " + std::to_string(value.size()) + " in all";
    list += (list.empty() ? "" : ", ") + cell_of("", item);
  }
  return list.empty() ? "none" : list;
}

bool is_table(const Inspection& value) { return value.is_array() && !value.empty() && value.front().is_object(); }

std::string table_text(const Inspection& rows) {
  Table table;
  for (const auto& [key, value] : rows.front().items()) table.header.push_back(title_of(key));
  for (const auto& row : rows) {
    if (table.rows.size() == kShownRows) break;
    std::vector<std::string> cells;
    for (const auto& [key, ignored] : rows.front().items()) {
      cells.push_back(row.contains(key) ? cell_of(key, row[key]) : std::string(kNoValue));
    }
    table.rows.push_back(std::move(cells));
  }
  std::string text = terminal_table(table);
  if (rows.size() > kShownRows) {
    text += "... and " + std::to_string(rows.size() - kShownRows) + " more: --format json has all\n";
  }
  return text;
}

std::string checks_text(const Inspection& checks) {
  std::string text;
  for (const auto& check : checks) {
    const std::string detail = printable(check.value("detail", ""));
    text += std::string(check.value("ok", false) ? "ok     " : "FAULT  ") + check.value("what", "") +
            (detail.empty() ? "" : ": " + detail) + "\n";
  }
  return text;
}

void add_line(std::string& text, const std::string& name, const Inspection& value, std::size_t width) {
  const std::string title = title_of(name);
  text += title + std::string(width - std::min(width, title.size()) + 2, ' ') + cell_of(name, value) + "\n";
}

std::size_t widest_name(const Inspection& object) {
  std::size_t width = 0;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_object() && !is_table(value)) width = std::max(width, name.size());
  }
  return width;
}

std::string object_text(const Inspection& object) {
  const std::size_t width = widest_name(object);
  std::string text;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_object()) add_line(text, name, value, width);
  }
  return text;
}

}  // namespace

std::string inspection_text(const Inspection& inspection) {
  const std::size_t width = widest_name(inspection);
  std::string lines;
  std::string parts;
  for (const auto& [name, value] : inspection.items()) {
    if (name == "checks") continue;
    if (is_table(value)) {
      parts.append("\n").append(title_of(name)).append(":\n\n").append(table_text(value));
    } else if (value.is_object()) {
      parts.append("\n").append(title_of(name)).append(":\n\n").append(object_text(value));
    } else {
      add_line(lines, name, value, width);
    }
  }
  const std::string checks = inspection.contains("checks") ? checks_text(inspection["checks"]) : "";
  return lines + parts + (checks.empty() ? "" : "\n" + checks);
}

}  // namespace at2
