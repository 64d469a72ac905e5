/// \file report/chart_parts.h
/// \brief What charts are made of: axes, error bars, bars and markers in a method's look, legends, wrapped labels.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/statistics.h"
#include "report/method_style.h"
#include "report/svg_canvas.h"
#include "report/text_layout.h"

namespace at2 {

enum class Scale { linear, logarithmic };
enum class Direction { horizontal, vertical };

/// Maps values to pixels along a line. The first and the last tick are its ends.
struct Axis {
  std::vector<double> ticks;
  double first_pixel = 0;
  double last_pixel = 0;
  Scale scale = Scale::linear;

  /// Pixels of a value, also beyond the ends.
  [[nodiscard]] double at(double value) const;
  /// Pixels of the value within the axis that is nearest.
  [[nodiscard]] double clipped(double value) const;
};

/// Round numbers from at or below `low` to at or above `high`, about `count` of them. \pre low < high
[[nodiscard]] std::vector<double> axis_ticks(double low, double high, int count);

/// 1, 2 and 5 times powers of ten from at or below `low` to at or above `high`; between the ends powers alone where
/// these are more than two decades apart. \pre 0 < low <= high
[[nodiscard]] std::vector<double> log_ticks(double low, double high);

/// A value and the ends of its error bar, which are the value itself where there is none.
struct Spread {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// The mean with one standard error to both sides.
[[nodiscard]] Spread spread_of(const Estimate& estimate);

/// Ticks that hold zero, the values and their error bars. A bar that would dwarf the values does not stretch the axis:
/// it is cut at the end. Ticks from 0 to 1 if there is no finite value.
[[nodiscard]] std::vector<double> ticks_of(std::span<const Spread> spreads, int count);

/// The tick with as many decimals as its neighbours need.
[[nodiscard]] std::string tick_label(const Axis& axis, double tick);

/// Grid lines upwards from `bottom` to `top`, tick labels and the axis' name below.
void draw_x_axis(SvgCanvas& canvas, const Axis& axis, double top, double bottom, std::string_view name);

/// Grid lines from `left` to `right`, tick labels and the axis' name on the left.
void draw_y_axis(SvgCanvas& canvas, const Axis& axis, double left, double right, std::string_view name);

/// From `low` to `high` with caps; none if these are equal. Cut at the ends of the axis, where an arrow takes the cap's
/// place. \param place  pixels across the axis
void draw_error_bar(SvgCanvas& canvas, const Axis& axis, Direction direction, double place, const Spread& spread);

/// A rectangle in the method's colour and pattern. `title` is shown on hovering.
void draw_bar(SvgCanvas& canvas, double x, double y, double width, double height, const MethodStyle& style,
              std::string_view title);

/// A point in the method's colour and shape.
void draw_marker(SvgCanvas& canvas, double x, double y, const MethodStyle& style, std::string_view title);

struct LegendEntry {
  std::string label;
  MethodStyle style;
};

/// Swatches with labels, in lines of at most `width`. \return its height
double draw_legend(SvgCanvas& canvas, double x, double y, double width, std::span<const LegendEntry> entries);

}  // namespace at2
