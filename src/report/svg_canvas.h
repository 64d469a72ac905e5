/// \file report/svg_canvas.h
/// \brief A few SVG elements, written with short numbers and escaped texts.
#pragma once

#include <string>
#include <string_view>

namespace at2 {

/// Where a text stands relative to its point.
enum class Anchor { start, middle, end };

/// Collects elements; `finish` gives the <svg> element. Lengths are in pixels of the view box, y points downwards.
class SvgCanvas {
 public:
  /// \param label  what a screen reader says
  SvgCanvas(double width, double height, std::string_view label);

  /// \param title  shown on hovering; none if empty
  void rectangle(double x, double y, double width, double height, std::string_view css_class,
                 std::string_view title = "", std::string_view attributes = "");
  void line(double x1, double y1, double x2, double y2, std::string_view css_class);
  void text(double x, double y, std::string_view css_class, Anchor anchor, std::string_view content);
  /// A text around its point that reads from below to above.
  void upward_text(double x, double y, std::string_view css_class, std::string_view content);
  /// Markup that is already escaped.
  void raw(std::string_view markup) { body_ += markup; }

  [[nodiscard]] std::string finish() const { return body_ + "</svg>"; }

 private:
  std::string body_;
};

/// A coordinate with at most two decimals.
[[nodiscard]] std::string coordinate(double value);

}  // namespace at2
