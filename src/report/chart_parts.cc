#include "report/chart_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr double kCap = 3.5;

std::string pair_of(double x, double y) { return coordinate(x) + "," + coordinate(y) + " "; }

std::string polygon(std::string_view css_class, const std::string& points, std::string_view title) {
  return "<polygon class=\"" + std::string(css_class) + "\" points=\"" + points + "\"><title>" + escape_markup(title) +
         "</title></polygon>";
}

/// Corners of a marker around a point; empty for a circle.
std::string marker_points(Marker marker, double x, double y) {
  constexpr double r = 5;
  switch (marker) {
    case Marker::square:
      return pair_of(x - 4.4, y - 4.4) + pair_of(x + 4.4, y - 4.4) + pair_of(x + 4.4, y + 4.4) +
             pair_of(x - 4.4, y + 4.4);
    case Marker::diamond:
      return pair_of(x, y - 6) + pair_of(x + 6, y) + pair_of(x, y + 6) + pair_of(x - 6, y);
    case Marker::triangle_up:
      return pair_of(x, y - 6) + pair_of(x + 5.5, y + 4.5) + pair_of(x - 5.5, y + 4.5);
    case Marker::triangle_down:
      return pair_of(x, y + 6) + pair_of(x + 5.5, y - 4.5) + pair_of(x - 5.5, y - 4.5);
    case Marker::plus: {
      std::string points;
      constexpr std::array<std::array<double, 2>, 12> kCorners = {{{-0.4, -1.2},
                                                                   {0.4, -1.2},
                                                                   {0.4, -0.4},
                                                                   {1.2, -0.4},
                                                                   {1.2, 0.4},
                                                                   {0.4, 0.4},
                                                                   {0.4, 1.2},
                                                                   {-0.4, 1.2},
                                                                   {-0.4, 0.4},
                                                                   {-1.2, 0.4},
                                                                   {-1.2, -0.4},
                                                                   {-0.4, -0.4}}};
      for (const auto& corner : kCorners) points += pair_of(x + r * corner[0], y + r * corner[1]);
      return points;
    }
    case Marker::circle:
      break;
  }
  return "";
}

/// A line along the axis at `place` across it.
void line_along(SvgCanvas& canvas, Direction direction, double place, double from, double to) {
  if (direction == Direction::horizontal) {
    canvas.line(from, place, to, place, "whisker");
  } else {
    canvas.line(place, from, place, to, "whisker");
  }
}

/// A cap, or an arrow outwards where the bar was cut.
void draw_end(SvgCanvas& canvas, const Axis& axis, Direction direction, double place, double value, double outwards) {
  const double pixel = axis.clipped(value);
  const bool cut = std::abs(axis.at(value) - pixel) > 0.01;
  const double tip = cut ? pixel - kCap * outwards : pixel;
  if (direction == Direction::horizontal) {
    canvas.line(tip, place - kCap, pixel, cut ? place : place + kCap, "whisker");
    if (cut) canvas.line(tip, place + kCap, pixel, place, "whisker");
  } else {
    canvas.line(place - kCap, tip, cut ? place : place + kCap, pixel, "whisker");
    if (cut) canvas.line(place + kCap, tip, place, pixel, "whisker");
  }
}

constexpr double kLegendLine = 20;

double legend_width(const LegendEntry& entry) { return 22 + text_width(entry.label) + 14; }

std::size_t legend_lines(double width, std::span<const LegendEntry> entries) {
  std::size_t lines = 1;
  double left = 0;
  for (const LegendEntry& entry : entries) {
    if (left > 0 && left + legend_width(entry) > width) {
      ++lines;
      left = 0;
    }
    left += legend_width(entry);
  }
  return lines;
}

/// The narrowest width, in steps, at which the entries take as many lines as at `width`.
double balanced_width(double width, std::span<const LegendEntry> entries) {
  const std::size_t lines = legend_lines(width, entries);
  double narrower = width;
  while (narrower > 40 && legend_lines(narrower - 10, entries) == lines) narrower -= 10;
  return narrower;
}

}  // namespace

double Axis::at(double value) const {
  const auto scaled = [&](double number) { return scale == Scale::logarithmic ? std::log10(number) : number; };
  const double share = (scaled(value) - scaled(ticks.front())) / (scaled(ticks.back()) - scaled(ticks.front()));
  return first_pixel + share * (last_pixel - first_pixel);
}

double Axis::clipped(double value) const { return at(std::clamp(value, ticks.front(), ticks.back())); }

std::vector<double> axis_ticks(double low, double high, int count) {
  AT2_EXPECT(low < high && count > 0, "an axis has a length");
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / power;
  const double step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
  std::vector<double> ticks;
  const auto first = std::llround(std::floor(low / step + 1e-9));
  const auto last = std::llround(std::ceil(high / step - 1e-9));
  for (auto tick = first; tick <= last; ++tick) ticks.push_back(static_cast<double>(tick) * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  AT2_EXPECT(low > 0 && low <= high, "a logarithmic axis lies above zero");
  std::vector<double> all;
  for (int power = static_cast<int>(std::floor(std::log10(low))) - 1; std::pow(10.0, power) <= 10 * high; ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) all.push_back(factor * std::pow(10.0, power));
  }
  const auto first = std::upper_bound(all.begin(), all.end(), low * (1 + 1e-9)) - 1;
  auto last = std::lower_bound(all.begin(), all.end(), high * (1 - 1e-9));
  if (last == first) ++last;
  std::vector<double> ticks;
  for (auto tick = first; tick <= last; ++tick) {
    // Every third is a power of ten. Where there is no room for all, these and the ends stand alone.
    const bool kept = high <= 100 * low || (tick - all.begin()) % 3 == 0 || tick == first || tick == last;
    if (kept) ticks.push_back(*tick);
  }
  return ticks;
}

Spread spread_of(const Estimate& estimate) {
  const double error = std::isfinite(estimate.standard_error) ? estimate.standard_error : 0.0;
  return {estimate.mean, estimate.mean - error, estimate.mean + error};
}

std::vector<double> ticks_of(std::span<const Spread> spreads, int count) {
  double low = 0;
  double high = 0;
  for (const Spread& spread : spreads) {
    if (!std::isfinite(spread.value)) continue;
    low = std::min(low, spread.value);
    high = std::max(high, spread.value);
  }
  if (low == high) high = 1;
  const double room = 0.75 * (high - low);
  double lowest = low;
  double highest = high;
  for (const Spread& spread : spreads) {
    if (!std::isfinite(spread.value)) continue;
    lowest = std::max(low - room, std::min(lowest, spread.low));
    highest = std::min(high + room, std::max(highest, spread.high));
  }
  return axis_ticks(lowest, highest, count);
}

std::string tick_label(const Axis& axis, double tick) {
  if (axis.scale == Scale::logarithmic) return compact(tick);
  const double step = axis.ticks[1] - axis.ticks[0];
  return fixed(tick, std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9))));
}

void draw_x_axis(SvgCanvas& canvas, const Axis& axis, double top, double bottom, std::string_view name) {
  for (const double tick : axis.ticks) {
    const bool zero = tick == 0 && axis.scale == Scale::linear;
    canvas.line(axis.at(tick), top, axis.at(tick), bottom, zero ? "axis" : "grid");
    canvas.text(axis.at(tick), bottom + 16, "muted", Anchor::middle, tick_label(axis, tick));
  }
  canvas.text((axis.first_pixel + axis.last_pixel) / 2, bottom + 36, "muted", Anchor::middle, name);
}

void draw_y_axis(SvgCanvas& canvas, const Axis& axis, double left, double right, std::string_view name) {
  double widest = 0;
  for (const double tick : axis.ticks) {
    canvas.line(left, axis.at(tick), right, axis.at(tick), tick == 0 ? "axis" : "grid");
    canvas.text(left - 7, axis.at(tick) + 4, "muted", Anchor::end, tick_label(axis, tick));
    widest = std::max(widest, text_width(tick_label(axis, tick), 11));
  }
  canvas.upward_text(left - 14 - widest, (axis.first_pixel + axis.last_pixel) / 2, "muted", name);
}

void draw_error_bar(SvgCanvas& canvas, const Axis& axis, Direction direction, double place, const Spread& spread) {
  if (!(spread.low < spread.high)) return;
  const double away = axis.last_pixel > axis.first_pixel ? 1.0 : -1.0;
  line_along(canvas, direction, place, axis.clipped(spread.low), axis.clipped(spread.high));
  draw_end(canvas, axis, direction, place, spread.low, -away);
  draw_end(canvas, axis, direction, place, spread.high, away);
}

void draw_bar(SvgCanvas& canvas, double x, double y, double width, double height, const MethodStyle& style,
              std::string_view title) {
  canvas.rectangle(x, y, width, height, "bar " + style.css_class, title);
  if (style.pattern.empty() || width <= 0 || height <= 0) return;
  canvas.rectangle(x, y, width, height, "hatch", "", "fill=\"url(#" + style.pattern + ")\"");
}

void draw_marker(SvgCanvas& canvas, double x, double y, const MethodStyle& style, std::string_view title) {
  const std::string css_class = "mark " + style.css_class;
  if (style.marker == Marker::circle) {
    canvas.raw("<circle class=\"" + css_class + "\" cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) +
               "\" r=\"5\"><title>" + escape_markup(title) + "</title></circle>");
  } else {
    canvas.raw(polygon(css_class, marker_points(style.marker, x, y), title));
  }
}

double draw_legend(SvgCanvas& canvas, double x, double y, double width, std::span<const LegendEntry> entries) {
  double left = 0;
  double line = 0;
  // No narrower than needed for as many lines: so that these are about equally long.
  const double used = balanced_width(width, entries);
  for (const LegendEntry& entry : entries) {
    const double needed = legend_width(entry);
    if (left > 0 && left + needed > used) {
      left = 0;
      ++line;
    }
    draw_bar(canvas, x + left, y + kLegendLine * line + 2, 16, 12, entry.style, "");
    canvas.text(x + left + 22, y + kLegendLine * line + 12, "label", Anchor::start, entry.label);
    left += needed;
  }
  return kLegendLine * (line + 1);
}

}  // namespace at2
