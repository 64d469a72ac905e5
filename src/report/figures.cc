#include "report/figures.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr double kWidth = 460;
constexpr double kRow = 30;
constexpr double kBar = 20;
constexpr double kTop = 38;
/// How much wider bold texts are.
constexpr double kBold = 1.1;

/// Where the columns of a chart of horizontal bars lie: labels, bars, what is written beside them.
struct Columns {
  double label_end = 0;
  double value_begin = 0;
  double width = 0;
};

Columns columns_of(const BarChart& chart) {
  double label = 0;
  double beside = 60;
  for (const Bar& bar : chart.bars) {
    const double weight = bar.emphasis == Bar::Emphasis::strong ? kBold : 1;
    label = std::max(label, weight * text_width(shortened(bar.label, 40)));
    beside = std::max(beside, weight * text_width(bar.beside));
  }
  const double width = std::max(kWidth, label + beside + 220);
  return {label, width - beside - 12, width};
}

Axis bar_axis(const BarChart& chart, const Columns& columns) {
  std::vector<Spread> spreads;
  for (const Bar& bar : chart.bars) {
    if (bar.spread) spreads.push_back(*bar.spread);
  }
  return {ticks_of(spreads, 5), columns.label_end + 10, columns.value_begin};
}

void draw_row(SvgCanvas& canvas, const Axis& axis, const Columns& columns, const Bar& bar, double y) {
  const bool strong = bar.emphasis == Bar::Emphasis::strong;
  canvas.text(columns.label_end, y + 15, strong ? "label strong" : "label", Anchor::end, shortened(bar.label, 40));
  if (!bar.spread || !std::isfinite(bar.spread->value)) {
    canvas.text(axis.at(0) + 8, y + 15, "muted", Anchor::start, kNoValue);
    return;
  }
  const double left = axis.at(std::min(0.0, bar.spread->value));
  draw_bar(canvas, left, y, axis.at(std::max(0.0, bar.spread->value)) - left, kBar, bar.style, bar.title);
  draw_error_bar(canvas, axis, Direction::horizontal, y + kBar / 2, *bar.spread);
  canvas.text(columns.width, y + 15, strong ? "value strong" : "value", Anchor::end, bar.beside);
}

/// Points of the curve, at most one per pixel or so: of longer curves every n-th step and the last.
std::string curve_points(std::span<const double> losses, const Axis& horizontal, const Axis& vertical) {
  const std::size_t stride = std::max<std::size_t>(1, losses.size() / 400);
  std::string points;
  for (std::size_t step = 0; step < losses.size(); ++step) {
    if ((step % stride != 0 && step + 1 != losses.size()) || !std::isfinite(losses[step])) continue;
    points +=
        coordinate(horizontal.at(static_cast<double>(step + 1))) + "," + coordinate(vertical.at(losses[step])) + " ";
  }
  return points;
}

/// Ticks around the finite losses, half a unit to both sides if they are all equal.
std::vector<double> loss_ticks(std::span<const double> losses) {
  std::vector<double> finite;
  std::copy_if(losses.begin(), losses.end(), std::back_inserter(finite),
               [](double loss) { return std::isfinite(loss); });
  if (finite.empty()) finite.push_back(0);
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  return *low < *high ? axis_ticks(*low, *high, 4) : axis_ticks(*low - 0.5, *low + 0.5, 4);
}

/// \param unit  how many of the axis' units are a second
Bar timing_bar(const TimingRow& row, double unit) {
  const bool of_at2 = row.operation.starts_with("AT2");
  return {row.operation,
          Spread{unit * row.seconds, unit * row.low, unit * row.high},
          duration_text(row.seconds) + " · " + compact(row.share_of_forward) + " ×",
          row.operation + ": " + duration_text(row.seconds) + " (quartiles " + duration_text(row.low) + " to " +
              duration_text(row.high) + "), " + compact(row.share_of_forward) + " of a forward pass",
          method_style(of_at2 ? "at2" : "esm_64"),
          of_at2 ? Bar::Emphasis::strong : Bar::Emphasis::none};
}

}  // namespace

Bar estimate_bar(const std::string& method, const std::optional<Estimate>& value, int decimals, double confidence) {
  Bar bar;
  bar.label = method;
  bar.style = method_style(method);
  bar.emphasis = method_key(method) == "at2" ? Bar::Emphasis::strong : Bar::Emphasis::none;
  if (!value) return bar;
  bar.spread = spread_of(*value);
  bar.beside = with_error(value, decimals);
  bar.title = method + ": " + bar.beside + " (" + compact(100 * confidence) + " % interval " +
              fixed(value->low, decimals) + " to " + fixed(value->high, decimals) + ", " +
              std::to_string(value->count) + " examples)";
  return bar;
}

std::string bar_chart(const BarChart& chart) {
  const double bottom = kTop + kRow * static_cast<double>(chart.bars.size());
  const Columns columns = columns_of(chart);
  const Axis axis = bar_axis(chart, columns);
  SvgCanvas canvas(columns.width, bottom + 44, chart.title);
  canvas.text(0, 16, "title", Anchor::start, chart.title);
  draw_x_axis(canvas, axis, kTop - 6, bottom, chart.axis_label);
  for (std::size_t row = 0; row < chart.bars.size(); ++row) {
    draw_row(canvas, axis, columns, chart.bars[row], kTop + kRow * static_cast<double>(row));
  }
  return canvas.finish();
}

std::string loss_chart(std::span<const double> losses) {
  AT2_EXPECT(!losses.empty(), "a curve has points");
  constexpr double kHeight = 240;
  const Axis vertical{loss_ticks(losses), kHeight - 44, 34};
  const Axis horizontal{axis_ticks(0, std::max(2.0, static_cast<double>(losses.size())), 5), 62, kWidth - 16};
  SvgCanvas canvas(kWidth, kHeight, "Training loss");
  canvas.text(0, 16, "title", Anchor::start, "Training loss");
  draw_y_axis(canvas, vertical, horizontal.first_pixel, horizontal.last_pixel, "negative correlation");
  for (const double tick : horizontal.ticks) {
    canvas.text(horizontal.at(tick), kHeight - 26, "muted", Anchor::middle, tick_label(horizontal, tick));
  }
  canvas.text((horizontal.first_pixel + horizontal.last_pixel) / 2, kHeight - 6, "muted", Anchor::middle,
              "training step");
  canvas.raw("<polyline class=\"curve\" points=\"" + curve_points(losses, horizontal, vertical) + "\"/>");
  return canvas.finish();
}

BarChart metric_chart(const RunResults& results, const std::string& sources, Metric metric) {
  BarChart chart{metric_title(metric) + ", " + sources + " sources", metric_axis(metric), {}};
  for (const MethodRow& row : results.rows) {
    if (row.sources == sources) {
      chart.bars.push_back(
          estimate_bar(row.method, value_of(row, metric), metric_decimals(metric), results.confidence));
    }
  }
  return chart;
}

BarChart timing_chart(const TimingView& timing, std::string_view title) {
  double longest = 0;
  for (const TimingRow& row : timing.rows) longest = std::max(longest, row.high);
  BarChart chart{std::string(title),
                 "time per response (" + std::string(longest < 1 ? "ms" : "s") + "); beside it × a forward pass",
                 {}};
  for (const TimingRow& row : timing.rows) chart.bars.push_back(timing_bar(row, longest < 1 ? 1000 : 1));
  return chart;
}

}  // namespace at2
