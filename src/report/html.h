/// \file report/html.h
/// \brief Pieces of HTML that the pages share.
#pragma once

#include <string>
#include <string_view>

#include "report/table.h"

namespace at2 {

/// <name class="css_class">escaped_content</name>; no class if it is empty.
[[nodiscard]] std::string element(std::string_view name, std::string_view css_class, std::string_view escaped_content);

/// The table in an area of its own that scrolls where it is too wide, also by keyboard. \param caption  none if empty
[[nodiscard]] std::string table_html(const Table& table, std::string_view caption);

/// A page of its own, whose policy allows no script but this one and nothing from elsewhere.
/// \param style  beside report/page/base.css and `figure_css` \param body  content of <main>
[[nodiscard]] std::string whole_page(std::string_view title, std::string_view style, std::string_view body,
                                     std::string_view script);

}  // namespace at2
