#include "report/grouped_bars.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr double kWidth = 1040;
constexpr double kMargin = 64;
constexpr double kGap = 22;
constexpr double kPlotHeight = 190;
constexpr double kPlotTop = 26;
constexpr double kLabelLine = 15;
constexpr double kNarrowest = 10;
constexpr double kWidest = 30;
/// How much wider bold letters are.
constexpr double kBold = 1.1;

/// Sizes that all panels share.
struct Layout {
  std::size_t columns = 1;
  double slot = 0;
  double group = 0;
  double panel = 0;
  double label_lines = 1;

  [[nodiscard]] double cell_width() const { return kMargin + panel; }
  [[nodiscard]] double cell_height() const { return kPlotTop + kPlotHeight + kLabelLine * label_lines + 26; }
};

Layout layout_with(const GroupedBarChart& chart, std::size_t columns, std::size_t num_groups) {
  Layout layout{columns};
  const auto series = static_cast<double>(chart.series.size());
  const auto groups = static_cast<double>(num_groups);
  const double room = kWidth / static_cast<double>(columns) - kMargin;
  layout.slot = std::clamp((room / groups - kGap) / series, kNarrowest, kWidest);
  layout.group = std::max(110.0, layout.slot * series + kGap);
  for (const BarPanel& panel : chart.panels) {
    layout.group = std::max(layout.group, kBold * text_width(panel.title) / groups);
  }
  layout.panel = layout.group * groups;
  for (const BarPanel& panel : chart.panels) {
    for (const BarGroup& group : panel.groups) {
      const auto lines = wrapped(group.label, layout.group - 8).size();
      layout.label_lines = std::max(layout.label_lines, static_cast<double>(lines));
    }
  }
  return layout;
}

Layout layout_of(const GroupedBarChart& chart) {
  std::size_t most = 0;
  for (const BarPanel& panel : chart.panels) most = std::max(most, panel.groups.size());
  const Layout wanted = layout_with(chart, std::max<std::size_t>(1, chart.columns), most);
  const bool fits = wanted.cell_width() * static_cast<double>(wanted.columns) <= kWidth + 1;
  return fits ? wanted : layout_with(chart, 1, most);
}

std::vector<double> shared_ticks(const GroupedBarChart& chart, const std::string& axis_label) {
  std::vector<Spread> spreads;
  for (const BarPanel& panel : chart.panels) {
    if (panel.axis_label != axis_label) continue;
    for (const BarGroup& group : panel.groups) {
      for (const auto& value : group.values) {
        if (value) spreads.push_back(spread_of(*value));
      }
    }
  }
  return ticks_of(spreads, 5);
}

void draw_value(SvgCanvas& canvas, const Axis& axis, double x, double width, const Estimate& value,
                const MethodStyle& style, const std::string& title) {
  const double top = axis.at(std::max(0.0, value.mean));
  draw_bar(canvas, x, top, width, axis.at(std::min(0.0, value.mean)) - top, style, title);
  draw_error_bar(canvas, axis, Direction::vertical, x + width / 2, spread_of(value));
}

void draw_group(SvgCanvas& canvas, const GroupedBarChart& chart, const BarPanel& panel, const BarGroup& group,
                const Axis& axis, const Layout& layout, double left) {
  AT2_EXPECT(group.values.size() == chart.series.size(), "a value or nothing per series");
  const double width = layout.slot - std::min(3.0, layout.slot / 6);
  double x = left + (layout.group - layout.slot * static_cast<double>(chart.series.size())) / 2;
  for (std::size_t series = 0; series < chart.series.size(); ++series, x += layout.slot) {
    const auto& value = group.values[series];
    const LegendEntry& entry = chart.series[series];
    if (value && std::isfinite(value->mean)) {
      draw_value(canvas, axis, x, width, *value, entry.style,
                 group.label + ", " + entry.label + ": " + with_error(value, panel.decimals));
    } else {
      canvas.text(x + width / 2, axis.at(0) - 5, "dash", Anchor::middle, kNoValue);
    }
  }
  double baseline = axis.first_pixel + kLabelLine + 2;
  for (const std::string& line : wrapped(group.label, layout.group - 8)) {
    canvas.text(left + layout.group / 2, baseline, "label", Anchor::middle, line);
    baseline += kLabelLine;
  }
}

void draw_panel(SvgCanvas& canvas, const GroupedBarChart& chart, const BarPanel& panel, const Layout& layout, double x,
                double y) {
  const double left = x + kMargin;
  const Axis axis{shared_ticks(chart, panel.axis_label), y + kPlotTop + kPlotHeight, y + kPlotTop};
  canvas.text(left, y + 12, "strong", Anchor::start, panel.title);
  draw_y_axis(canvas, axis, left, left + layout.group * static_cast<double>(panel.groups.size()), panel.axis_label);
  for (std::size_t group = 0; group < panel.groups.size(); ++group) {
    draw_group(canvas, chart, panel, panel.groups[group], axis, layout,
               left + layout.group * static_cast<double>(group));
  }
}

}  // namespace

std::string grouped_bar_chart(const GroupedBarChart& chart) {
  AT2_EXPECT(!chart.panels.empty() && !chart.series.empty() && !chart.panels.front().groups.empty(),
             "a chart shows something");
  const Layout layout = layout_of(chart);
  const std::size_t columns = std::min(layout.columns, chart.panels.size());
  const std::size_t rows = (chart.panels.size() + columns - 1) / columns;
  const double width = std::max(360.0, layout.cell_width() * static_cast<double>(columns));
  // The legend is drawn twice: its height is known only then.
  SvgCanvas trial(width, 0, "");
  const double top = 28 + draw_legend(trial, 0, 0, width, chart.series) + 14;
  SvgCanvas canvas(width, top + layout.cell_height() * static_cast<double>(rows) - 12, chart.title);
  canvas.text(0, 16, "title", Anchor::start, chart.title);
  (void)draw_legend(canvas, 0, 28, width, chart.series);
  for (std::size_t panel = 0; panel < chart.panels.size(); ++panel) {
    draw_panel(canvas, chart, chart.panels[panel], layout, layout.cell_width() * static_cast<double>(panel % columns),
               top + layout.cell_height() * static_cast<double>(panel / columns));
  }
  return canvas.finish();
}

}  // namespace at2
