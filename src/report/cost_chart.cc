#include "report/cost_chart.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr double kMargin = 64;
constexpr double kPlotWidth = 400;
constexpr double kTop = 62;
constexpr double kBottom = 360;
constexpr double kTextHeight = 14;

/// What lies in the way of names.
struct Box {
  double left, top, right, bottom;
  [[nodiscard]] bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
  [[nodiscard]] bool within(const Box& other) const {
    return left >= other.left && right <= other.right && top >= other.top && bottom <= other.bottom;
  }
};

struct NamePlace {
  double dx, dy;
  Anchor anchor;
};

/// Places for a name around its point, the best first: beside it, above, below, then further off.
std::vector<NamePlace> places() {
  std::vector<NamePlace> all = {
      {10, 4, Anchor::start}, {-10, 4, Anchor::end}, {0, -11, Anchor::middle}, {0, 20, Anchor::middle}};
  for (double away = 16; away <= 128; away += 16) {
    for (const double side : {-1.0, 1.0}) {
      all.push_back({14, 4 + side * away, Anchor::start});
      all.push_back({-14, 4 + side * away, Anchor::end});
    }
  }
  return all;
}

Box name_box(double x, double y, const NamePlace& place, double width) {
  const double shift = place.anchor == Anchor::start ? 0 : place.anchor == Anchor::end ? width : width / 2;
  const double left = x + place.dx - shift;
  return {left, y + place.dy - 10, left + width, y + place.dy - 10 + kTextHeight};
}

class NamePlacer {
 public:
  explicit NamePlacer(Box plot) : plot_(plot) {}

  void keep_clear(Box box) { taken_.push_back(box); }

  /// The first place where the name meets nothing; beside the point if there is none.
  NamePlace place(double x, double y, double width) {
    const std::vector<NamePlace> all = places();
    const auto free = std::find_if(all.begin(), all.end(), [&](const NamePlace& candidate) {
      const Box box = name_box(x, y, candidate, width);
      return box.within(plot_) &&
             std::none_of(taken_.begin(), taken_.end(), [&](const Box& other) { return box.meets(other); });
    });
    const NamePlace chosen = free == all.end() ? all.front() : *free;
    taken_.push_back(name_box(x, y, chosen, width));
    return chosen;
  }

 private:
  Box plot_;
  std::vector<Box> taken_;
};

struct Axes {
  Axis passes;
  Axis lds;
};

Axes axes_of(const std::vector<CostPanel>& panels) {
  std::vector<Spread> spreads;
  double fewest = panels.front().points.front().passes;
  double most = fewest;
  for (const CostPanel& panel : panels) {
    for (const CostPoint& point : panel.points) {
      spreads.push_back(spread_of(point.lds));
      fewest = std::min(fewest, point.passes);
      most = std::max(most, point.passes);
    }
  }
  return {{log_ticks(fewest * 0.75, most * 1.3), 0, 0, Scale::logarithmic}, {ticks_of(spreads, 5), kBottom, kTop}};
}

void draw_names(SvgCanvas& canvas, const Axes& axes, const CostPanel& panel) {
  NamePlacer placer({axes.passes.first_pixel, kTop - 8, axes.passes.last_pixel, kBottom});
  for (const CostPoint& point : panel.points) {
    const double x = axes.passes.at(point.passes);
    const Spread spread = spread_of(point.lds);
    const double y = axes.lds.at(point.lds.mean);
    placer.keep_clear({x - 7, y - 7, x + 7, y + 7});
    placer.keep_clear({x - 4, axes.lds.clipped(spread.high), x + 4, axes.lds.clipped(spread.low)});
  }
  for (const CostPoint& point : panel.points) {
    const double x = axes.passes.at(point.passes);
    const double y = axes.lds.at(point.lds.mean);
    const NamePlace place = placer.place(x, y, text_width(point.method));
    if (std::abs(place.dy - 4) > 15 && place.anchor != Anchor::middle) {
      canvas.line(x, y, x + place.dx * 0.85, y + place.dy - 4, "leader");
    }
    canvas.text(x + place.dx, y + place.dy, "label", place.anchor, point.method);
  }
}

void draw_panel(SvgCanvas& canvas, Axes axes, const CostPanel& panel, double x) {
  axes.passes.first_pixel = x + kMargin;
  axes.passes.last_pixel = x + kMargin + kPlotWidth;
  canvas.text(x + kMargin, 42, "strong", Anchor::start, panel.title);
  draw_y_axis(canvas, axes.lds, x + kMargin, x + kMargin + kPlotWidth, "LDS (rank correlation)");
  draw_x_axis(canvas, axes.passes, kTop, kBottom, "forward-pass equivalents per attribution (logarithmic)");
  draw_names(canvas, axes, panel);
  for (const CostPoint& point : panel.points) {
    const double place = axes.passes.at(point.passes);
    draw_error_bar(canvas, axes.lds, Direction::vertical, place, spread_of(point.lds));
    draw_marker(canvas, place, axes.lds.at(point.lds.mean), method_style(point.method),
                point.method + ": LDS " + with_error(point.lds, 3) + " for " + compact(point.passes) + " passes");
  }
}

}  // namespace

std::string cost_chart(const std::vector<CostPanel>& panels, const std::string& title) {
  AT2_EXPECT(!panels.empty(), "a chart shows something");
  for (const CostPanel& panel : panels) AT2_EXPECT(!panel.points.empty(), "a panel shows something");
  const Axes axes = axes_of(panels);
  const double cell = kMargin + kPlotWidth + 24;
  SvgCanvas canvas(cell * static_cast<double>(panels.size()), kBottom + 44, title);
  canvas.text(0, 16, "title", Anchor::start, title);
  for (std::size_t panel = 0; panel < panels.size(); ++panel) {
    draw_panel(canvas, axes, panels[panel], cell * static_cast<double>(panel));
  }
  return canvas.finish();
}

}  // namespace at2
