#include "report/prune_chart.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/errors.h"
#include "report/chart_parts.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr double kLeft = 64;
constexpr double kRight = 470;
constexpr double kTop = 34;
constexpr double kBottom = 300;
constexpr double kLabels = kRight + 26;
constexpr double kLabelLine = 15;

/// All rows of one method, by ascending number of kept sources; a level has one row and no number.
struct Line {
  std::string method;
  MethodStyle style;
  std::vector<const PruneRow*> rows;
  [[nodiscard]] bool level() const { return !rows.front()->kept; }
};

std::vector<Line> lines_of(const PruneView& view) {
  std::vector<Line> lines;
  for (const PruneRow& row : view.rows) {
    auto line = std::find_if(lines.begin(), lines.end(), [&](const Line& other) {
      return other.method == row.method && other.level() == !row.kept;
    });
    if (line == lines.end()) {
      // Insertion keeps the order of methods the same in all figures.
      const MethodStyle style = method_style(row.method);
      line =
          std::find_if(lines.begin(), lines.end(), [&](const Line& other) { return other.style.order > style.order; });
      line = lines.insert(line, {row.method, style, {}});
    }
    line->rows.push_back(&row);
  }
  for (Line& line : lines) {
    std::stable_sort(line.rows.begin(), line.rows.end(),
                     [](const PruneRow* a, const PruneRow* b) { return a->kept.value_or(0) < b->kept.value_or(0); });
  }
  return lines;
}

/// The numbers of kept sources that were tried; more than twelve are thinned out.
Axis kept_axis(const PruneView& view) {
  std::set<double> kept;
  for (const PruneRow& row : view.rows) {
    if (row.kept) kept.insert(static_cast<double>(*row.kept));
  }
  std::vector<double> ticks(kept.begin(), kept.end());
  if (ticks.empty()) ticks = {0, 1};
  if (ticks.size() == 1) ticks = {ticks[0] - 1, ticks[0], ticks[0] + 1};
  if (ticks.size() > 12) {
    const double last = ticks.back();
    ticks = axis_ticks(ticks.front(), last, 10);
  }
  return {ticks, kLeft + 20, kRight - 10};
}

/// Ticks around the values, not from zero: lines, unlike bars, are read by their place.
Axis f1_axis(const PruneView& view) {
  double low = 1;
  double high = 0;
  for (const PruneRow& row : view.rows) {
    const Spread spread = spread_of(row.f1);
    if (!std::isfinite(spread.value)) continue;
    low = std::min(low, spread.low);
    high = std::max(high, spread.high);
  }
  low = std::max(0.0, low);
  if (!(low < high)) return {axis_ticks(0, 1, 5), kBottom, kTop};
  return {axis_ticks(low, high, 5), kBottom, kTop};
}

void draw_level(SvgCanvas& canvas, const Axis& f1, const Line& line) {
  const Spread spread = spread_of(line.rows.front()->f1);
  const double y = f1.at(spread.value);
  const double top = f1.clipped(spread.high);
  canvas.rectangle(kLeft, top, kRight - kLeft, f1.clipped(spread.low) - top, "band",
                   line.method + ": " + with_error(line.rows.front()->f1, 3));
  canvas.line(kLeft, y, kRight, y, line.method == "Oracle" ? "reference dashed" : "reference");
}

/// Error bars of several lines stand a little beside each other.
void draw_line(SvgCanvas& canvas, const Axis& kept, const Axis& f1, const Line& line, double shift) {
  std::string points;
  const auto x_of = [&](const PruneRow& row) { return kept.at(static_cast<double>(*row.kept)) + shift; };
  for (const PruneRow* row : line.rows) points += coordinate(x_of(*row)) + "," + coordinate(f1.at(row->f1.mean)) + " ";
  canvas.raw("<polyline class=\"" + line.style.css_class + " line\" points=\"" + points + "\"/>");
  for (const PruneRow* row : line.rows) {
    draw_error_bar(canvas, f1, Direction::vertical, x_of(*row), spread_of(row->f1));
  }
  for (const PruneRow* row : line.rows) {
    draw_marker(canvas, x_of(*row), f1.at(row->f1.mean), line.style,
                line.method + ", " + std::to_string(*row->kept) + " kept: " + with_error(row->f1, 3));
  }
}

std::string name_of(const Line& line) {
  return shortened(line.method, 30) + (line.level() ? ", " + fixed(line.rows.front()->f1.mean, 3) : "");
}

double widest_name(const std::vector<Line>& lines) {
  double widest = 0;
  for (const Line& line : lines) widest = std::max(widest, 14 + text_width(name_of(line)));
  return widest;
}

void draw_names(SvgCanvas& canvas, const Axis& f1, const std::vector<Line>& lines) {
  std::vector<double> ends;
  for (const Line& line : lines) ends.push_back(f1.at(line.rows.back()->f1.mean));
  const std::vector<double> places = spread_places(ends, kLabelLine, kTop, kBottom);
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const Line& line = lines[index];
    canvas.line(kRight + (line.level() ? 0 : -4), ends[index], kLabels - 4, places[index], "leader");
    if (!line.level()) draw_marker(canvas, kLabels + 4, places[index], line.style, line.method);
    canvas.text(kLabels + (line.level() ? 0 : 14), places[index] + 4, "label", Anchor::start, name_of(line));
  }
}

}  // namespace

std::string prune_chart(const PruneView& view, std::string_view title) {
  AT2_EXPECT(!view.rows.empty(), "a chart shows something");
  const std::vector<Line> lines = lines_of(view);
  const Axis kept = kept_axis(view);
  const Axis f1 = f1_axis(view);
  const double width = std::max(kLabels + widest_name(lines), text_width(title, 14));
  SvgCanvas canvas(width, kBottom + 44, title);
  canvas.text(0, 16, "title", Anchor::start, title);
  draw_y_axis(canvas, f1, kLeft, kRight, "F1 of the answer");
  for (const double tick : kept.ticks) {
    canvas.text(kept.at(tick), kBottom + 16, "muted", Anchor::middle, compact(tick));
  }
  canvas.text((kLeft + kRight) / 2, kBottom + 36, "muted", Anchor::middle, "passages kept");
  const auto curves = std::count_if(lines.begin(), lines.end(), [](const Line& line) { return !line.level(); });
  double shift = -1.5 * static_cast<double>(curves - 1);
  for (const Line& line : lines) {
    if (line.level()) draw_level(canvas, f1, line);
  }
  for (const Line& line : lines) {
    if (line.level()) continue;
    draw_line(canvas, kept, f1, line, shift);
    shift += 3;
  }
  draw_names(canvas, f1, lines);
  return canvas.finish();
}

}  // namespace at2
