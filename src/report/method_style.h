/// \file report/method_style.h
/// \brief How a method looks in every chart: its place in the order, its colour, its pattern and its marker.
#pragma once

#include <string>
#include <string_view>

namespace at2 {

/// Shape of a point; a method is told from others by it where colours are not seen.
enum class Marker { circle, square, diamond, triangle_up, triangle_down, plus };

struct MethodStyle {
  /// Methods are shown by ascending order; then as they come.
  int order = 0;
  /// Class of `figure_css` that gives the colour.
  std::string css_class;
  /// Id within `figure_defs` of what is drawn over the colour; empty for none.
  std::string pattern;
  Marker marker = Marker::circle;
};

/// \param name  a key ("esm_32") or a title ("ESM (32)"). Unknown methods look alike and come last.
[[nodiscard]] MethodStyle method_style(std::string_view name);

/// The key that a title stands for: "ESM (32)" -> "esm_32", "AT2 (task-specific)" -> "at2". Keys stay as they are.
[[nodiscard]] std::string method_key(std::string_view name);

}  // namespace at2
