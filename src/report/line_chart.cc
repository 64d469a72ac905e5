#include "report/line_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr double kLeft = 64;
constexpr double kRight = 600;
constexpr double kPlotHeight = 270;
constexpr double kLine = 15;
constexpr double kLegendLine = 20;
constexpr double kSwatch = 30;

/// Colours of methods: figure_css has them in light and dark.
MethodStyle palette_style(std::size_t index) {
  static constexpr std::array<std::pair<const char*, Marker>, 8> kPalette = {{{"m-at2", Marker::circle},
                                                                              {"m-logit", Marker::square},
                                                                              {"m-loo", Marker::diamond},
                                                                              {"m-gradient", Marker::triangle_down},
                                                                              {"m-average", Marker::triangle_up},
                                                                              {"m-norm", Marker::plus},
                                                                              {"m-general", Marker::square},
                                                                              {"m-esm4", Marker::diamond}}};
  const auto& [css_class, marker] = kPalette[index % kPalette.size()];
  // A second round through the colours has other markers.
  const auto shifted = static_cast<int>(marker) + static_cast<int>(index / kPalette.size());
  return {0, css_class, "", static_cast<Marker>(shifted % 6)};
}

std::vector<MethodStyle> curve_styles(const LineChart& chart) {
  constexpr std::size_t kColours = 8;
  const auto is_free = [&](const MethodStyle& style) {
    return std::none_of(chart.levels.begin(), chart.levels.end(),
                        [&](const ChartLevel& level) { return level.style.css_class == style.css_class; });
  };
  std::vector<std::size_t> free;
  for (std::size_t index = 0; index < kColours; ++index) {
    if (is_free(palette_style(index))) free.push_back(index);
  }
  if (free.empty()) free.push_back(0);
  std::vector<MethodStyle> styles;
  for (std::size_t curve = 0; curve < chart.curves.size(); ++curve) {
    styles.push_back(palette_style(free[curve % free.size()] + kColours * (curve / free.size())));
  }
  return styles;
}

std::vector<double> places_of(const LineChart& chart) {
  std::set<double> places;
  for (const Curve& curve : chart.curves) {
    for (const CurvePoint& point : curve.points) places.insert(point.x);
  }
  return {places.begin(), places.end()};
}

Axis x_axis(const std::vector<double>& places) {
  std::vector<double> ticks = places;
  if (ticks.size() == 1) ticks = {places[0] / 2, places[0], places[0] * 2};
  return {ticks, kLeft + 24, kRight - 24, Scale::logarithmic};
}

/// Ticks around the values, not from zero: lines, unlike bars, are read by their place.
std::vector<double> y_ticks(const LineChart& chart) {
  std::vector<Spread> spreads;
  for (const Curve& curve : chart.curves) {
    for (const CurvePoint& point : curve.points) spreads.push_back(spread_of(point.value));
  }
  for (const ChartLevel& level : chart.levels)
    spreads.push_back({level.value.mean, level.value.mean, level.value.mean});
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Spread& spread : spreads) {
    if (!std::isfinite(spread.value)) continue;
    low = std::min(low, spread.low);
    high = std::max(high, spread.high);
  }
  if (low > high) return axis_ticks(0, 1, 5);
  return low < high ? axis_ticks(low, high, 5) : axis_ticks(low - 0.05, high + 0.05, 5);
}

/// The places whose labels do not meet; the last is always among them.
std::vector<double> labelled(const Axis& axis, const std::vector<double>& places) {
  constexpr double kGap = 8;
  const auto half = [](double place) { return text_width(compact(place), 11) / 2; };
  const double end = axis.at(places.back()) - half(places.back()) - kGap;
  double free_from = -std::numeric_limits<double>::infinity();
  std::vector<double> kept;
  for (const double place : places) {
    const double left = axis.at(place) - half(place);
    const double right = axis.at(place) + half(place);
    if (place != places.back() && (left < free_from || right > end)) continue;
    kept.push_back(place);
    free_from = right + kGap;
  }
  return kept;
}

void draw_x(SvgCanvas& canvas, const Axis& axis, const std::vector<double>& places, double bottom,
            const std::string& name) {
  for (const double place : labelled(axis, places)) {
    canvas.line(axis.at(place), bottom, axis.at(place), bottom + 4, "axis");
    canvas.text(axis.at(place), bottom + 17, "muted", Anchor::middle, compact(place));
  }
  canvas.line(kLeft, bottom, kRight, bottom, "axis");
  canvas.text((kLeft + kRight) / 2, bottom + 36, "muted", Anchor::middle, name);
}

std::string polyline(const std::string& css_class, const std::string& points) {
  return "<polyline class=\"" + css_class + "\" points=\"" + points + "\"/>";
}

/// Points joined by the line: by x, at the mean of those of the same x.
std::string path_of(const Curve& curve, const Axis& x, const Axis& y, double shift) {
  std::map<double, std::vector<double>> values_by_x;
  for (const CurvePoint& point : curve.points) {
    if (std::isfinite(point.value.mean)) values_by_x[point.x].push_back(point.value.mean);
  }
  std::string points;
  for (const auto& [place, values] : values_by_x) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    points += coordinate(x.at(place) + shift) + "," + coordinate(y.at(mean)) + " ";
  }
  return points;
}

void draw_curve(SvgCanvas& canvas, const Curve& curve, const MethodStyle& style, const Axis& x, const Axis& y,
                double shift) {
  canvas.raw(polyline(style.css_class + " line", path_of(curve, x, y, shift)));
  for (const CurvePoint& point : curve.points) {
    draw_error_bar(canvas, y, Direction::vertical, x.at(point.x) + shift, spread_of(point.value));
  }
  for (const CurvePoint& point : curve.points) {
    if (!std::isfinite(point.value.mean)) continue;
    draw_marker(canvas, x.at(point.x) + shift, y.at(point.value.mean), style, point.title);
  }
}

void draw_level_line(SvgCanvas& canvas, const MethodStyle& style, double from, double to, double y) {
  canvas.raw(polyline(style.css_class + " line dashed",
                      coordinate(from) + "," + coordinate(y) + " " + coordinate(to) + "," + coordinate(y)));
}

std::vector<std::string> legend_labels(const LineChart& chart) {
  std::vector<std::string> labels;
  for (const Curve& curve : chart.curves) labels.push_back(curve.label);
  for (const ChartLevel& level : chart.levels) {
    labels.push_back(level.label + ": " + with_error(level.value, chart.decimals));
  }
  return labels;
}

void draw_curve_legend(SvgCanvas& canvas, const LineChart& chart, const std::vector<MethodStyle>& styles, double top) {
  const std::vector<std::string> labels = legend_labels(chart);
  for (std::size_t entry = 0; entry < labels.size(); ++entry) {
    const double y = top + kLegendLine * (static_cast<double>(entry) + 0.5);
    if (entry < styles.size()) {
      canvas.raw(polyline(styles[entry].css_class + " line", coordinate(kLeft) + "," + coordinate(y) + " " +
                                                                 coordinate(kLeft + kSwatch) + "," + coordinate(y)));
      draw_marker(canvas, kLeft + kSwatch / 2, y, styles[entry], labels[entry]);
    } else {
      draw_level_line(canvas, chart.levels[entry - styles.size()].style, kLeft, kLeft + kSwatch, y);
    }
    canvas.text(kLeft + kSwatch + 10, y + 4, "label", Anchor::start, labels[entry]);
  }
}

/// Where the parts lie, from above to below.
struct Layout {
  std::vector<std::string> subtitle;
  double top = 0;
  double width = 0;
  [[nodiscard]] double bottom() const { return top + kPlotHeight; }
  [[nodiscard]] double legend() const { return bottom() + 50; }
};

Layout layout_of(const LineChart& chart) {
  Layout layout;
  layout.width = std::max(kRight + 16, 1.1 * text_width(chart.title, 14));
  for (const std::string& label : legend_labels(chart)) {
    layout.width = std::max(layout.width, kLeft + kSwatch + 10 + text_width(label));
  }
  if (!chart.subtitle.empty()) layout.subtitle = wrapped(chart.subtitle, layout.width, 11);
  layout.top = 34 + kLine * static_cast<double>(layout.subtitle.size());
  return layout;
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  AT2_EXPECT(!chart.curves.empty(), "a chart shows something");
  for (const Curve& curve : chart.curves) AT2_EXPECT(!curve.points.empty(), "a curve has points");
  const Layout layout = layout_of(chart);
  const std::vector<double> places = places_of(chart);
  const Axis x = x_axis(places);
  const Axis y{y_ticks(chart), layout.bottom(), layout.top};
  const auto entries = static_cast<double>(chart.curves.size() + chart.levels.size());
  SvgCanvas canvas(layout.width, layout.legend() + kLegendLine * entries + 4, chart.title);
  canvas.text(0, 16, "title", Anchor::start, chart.title);
  for (std::size_t line = 0; line < layout.subtitle.size(); ++line) {
    canvas.text(0, 34 + kLine * static_cast<double>(line), "muted", Anchor::start, layout.subtitle[line]);
  }
  draw_y_axis(canvas, y, kLeft, kRight, chart.y_label);
  draw_x(canvas, x, places, layout.bottom(), chart.x_label);
  for (const ChartLevel& level : chart.levels)
    draw_level_line(canvas, level.style, kLeft, kRight, y.at(level.value.mean));
  const std::vector<MethodStyle> styles = curve_styles(chart);
  // Error bars of several curves stand a little beside each other.
  const double step = std::min(4.0, 24 / static_cast<double>(chart.curves.size()));
  double shift = -step / 2 * static_cast<double>(chart.curves.size() - 1);
  for (std::size_t curve = 0; curve < chart.curves.size(); ++curve, shift += step) {
    draw_curve(canvas, chart.curves[curve], styles[curve], x, y, shift);
  }
  draw_curve_legend(canvas, chart, styles, layout.legend());
  return canvas.finish();
}

}  // namespace at2
