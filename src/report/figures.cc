#include "report/figures.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"
#include "report/svg_canvas.h"

namespace at2 {
namespace {

constexpr double kWidth = 460;

/// Maps values to pixels along an axis.
struct Axis {
  std::vector<double> ticks;
  double first_pixel = 0;
  double last_pixel = 0;

  [[nodiscard]] double at(double value) const {
    return first_pixel + (value - ticks.front()) / (ticks.back() - ticks.front()) * (last_pixel - first_pixel);
  }
};

std::string tick_label(const Axis& axis, double tick) {
  const double step = axis.ticks[1] - axis.ticks[0];
  return fixed(tick, std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9))));
}

double error_of(const Estimate& value) { return std::isnan(value.standard_error) ? 0.0 : value.standard_error; }

Axis bar_axis(const std::vector<Bar>& bars) {
  double low = 0;
  double high = 0;
  for (const Bar& bar : bars) {
    if (!bar.value || !std::isfinite(bar.value->mean)) continue;
    low = std::min(low, bar.value->mean - error_of(*bar.value));
    high = std::max(high, bar.value->mean + error_of(*bar.value));
  }
  if (low == high) high = 1;
  return {axis_ticks(low, high, 5), 138, kWidth - 96};
}

void draw_bar(SvgCanvas& canvas, const Axis& axis, const Bar& bar, double y, int decimals) {
  const bool strong = bar.emphasis == Bar::Emphasis::strong;
  canvas.text(128, y + 15, strong ? "label strong" : "label", Anchor::end, shortened(bar.label, 20));
  if (!bar.value || !std::isfinite(bar.value->mean)) {
    canvas.text(axis.at(0) + 8, y + 15, "muted", Anchor::start, kNoValue);
    return;
  }
  const double mean = bar.value->mean;
  const double left = axis.at(std::min(0.0, mean));
  const std::string value = with_error(bar.value, decimals);
  canvas.rectangle(left, y, axis.at(std::max(0.0, mean)) - left, 20, strong ? "bar strong" : "bar",
                   bar.label + ": " + value + " (95 % interval " + fixed(bar.value->low, decimals) + " to " +
                       fixed(bar.value->high, decimals) + ", " + std::to_string(bar.value->count) + " examples)",
                   "rx=\"2\"");
  const double error = error_of(*bar.value);
  if (error > 0) {
    const double from = axis.at(mean - error);
    const double to = axis.at(mean + error);
    canvas.line(from, y + 10, to, y + 10, "whisker");
    canvas.line(from, y + 6, from, y + 14, "whisker");
    canvas.line(to, y + 6, to, y + 14, "whisker");
  }
  canvas.text(kWidth, y + 15, strong ? "value strong" : "value", Anchor::end, value);
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

}  // namespace

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

std::string bar_chart(const BarChart& chart) {
  constexpr double kTop = 38;
  constexpr double kRow = 30;
  const double bottom = kTop + kRow * static_cast<double>(chart.bars.size());
  const Axis axis = bar_axis(chart.bars);
  SvgCanvas canvas(kWidth, bottom + 44, chart.title);
  canvas.text(0, 16, "title", Anchor::start, chart.title);
  for (const double tick : axis.ticks) {
    canvas.line(axis.at(tick), kTop - 6, axis.at(tick), bottom, tick == 0 ? "axis" : "grid");
    canvas.text(axis.at(tick), bottom + 16, "muted", Anchor::middle, tick_label(axis, tick));
  }
  canvas.text((axis.first_pixel + axis.last_pixel) / 2, bottom + 36, "muted", Anchor::middle, chart.axis_label);
  for (std::size_t index = 0; index < chart.bars.size(); ++index) {
    draw_bar(canvas, axis, chart.bars[index], kTop + kRow * static_cast<double>(index), chart.decimals);
  }
  return canvas.finish();
}

std::string loss_chart(std::span<const double> losses) {
  AT2_EXPECT(!losses.empty(), "a curve has points");
  constexpr double kHeight = 240;
  double low = 1e300;
  double high = -1e300;
  for (const double loss : losses) {
    if (!std::isfinite(loss)) continue;
    low = std::min(low, loss);
    high = std::max(high, loss);
  }
  if (low >= high) {
    const double centre = low > high ? 0 : low;
    low = centre - 0.5;
    high = centre + 0.5;
  }
  const Axis vertical{axis_ticks(low, high, 4), kHeight - 44, 34};
  const Axis horizontal{axis_ticks(0, std::max(2.0, static_cast<double>(losses.size())), 5), 62, kWidth - 16};
  SvgCanvas canvas(kWidth, kHeight, "Training loss");
  canvas.text(0, 16, "title", Anchor::start, "Training loss");
  for (const double tick : vertical.ticks) {
    canvas.line(horizontal.first_pixel, vertical.at(tick), horizontal.last_pixel, vertical.at(tick), "grid");
    canvas.text(horizontal.first_pixel - 8, vertical.at(tick) + 4, "muted", Anchor::end, tick_label(vertical, tick));
  }
  for (const double tick : horizontal.ticks) {
    canvas.text(horizontal.at(tick), kHeight - 26, "muted", Anchor::middle, tick_label(horizontal, tick));
  }
  canvas.text((horizontal.first_pixel + horizontal.last_pixel) / 2, kHeight - 6, "muted", Anchor::middle,
              "training step");
  canvas.raw("<text class=\"muted\" text-anchor=\"middle\" transform=\"translate(14 " + coordinate(kHeight / 2) +
             ") rotate(-90)\">negative correlation</text>");
  canvas.raw("<polyline class=\"curve\" points=\"" + curve_points(losses, horizontal, vertical) + "\"/>");
  return canvas.finish();
}

BarChart metric_chart(const RunResults& results, const std::string& sources, std::optional<std::int64_t> k) {
  BarChart chart;
  chart.title = (k ? "Top-" + std::to_string(*k) + " drop" : std::string("LDS")) + ", " + sources + " sources";
  chart.axis_label = k ? "drop of the log-probability (nats)" : "rank correlation with measured probabilities";
  chart.decimals = k ? 2 : 3;
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    Bar bar{row.method, row.lds};
    if (k) {
      const auto drop = row.drop_by_k.find(*k);
      bar.value = drop == row.drop_by_k.end() ? std::nullopt : std::optional(drop->second);
    }
    if (row.method == "AT2") bar.emphasis = Bar::Emphasis::strong;
    chart.bars.push_back(std::move(bar));
  }
  return chart;
}

}  // namespace at2
