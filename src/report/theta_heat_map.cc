#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/figures.h"
#include "report/format.h"
#include "report/svg_canvas.h"

namespace at2 {
namespace {

constexpr double kLeft = 50;
constexpr double kTop = 34;

struct Grid {
  /// Columns are layers, of one feature after another.
  std::int64_t num_columns;
  std::int64_t num_layers;
  std::int64_t num_heads;
  double cell;

  [[nodiscard]] double x(std::int64_t column) const { return kLeft + cell * static_cast<double>(column); }
  [[nodiscard]] double y(std::int64_t head) const { return kTop + cell * static_cast<double>(head); }
};

Grid make_grid(const ThetaView& theta) {
  const auto longest = static_cast<double>(std::max(theta.num_columns(), theta.num_heads));
  return {theta.num_columns(), theta.num_layers, theta.num_heads, std::clamp(std::floor(760 / longest), 6.0, 26.0)};
}

/// Every how many cells there is a label, so that labels stay apart.
std::int64_t label_stride(double cell) { return cell >= 20 ? 1 : cell >= 12 ? 2 : 4; }

/// "layer", or "layer: attention, then value_norm"
std::string layer_axis(const ThetaView& theta) {
  std::string text = "layer";
  if (theta.features.size() < 2) return text;
  for (const std::string& feature : theta.features)
    text += (&feature == &theta.features.front() ? ": " : ", then ") + feature;
  return text;
}

void draw_labels(SvgCanvas& canvas, const Grid& grid, const std::string& layers) {
  const double half = grid.cell / 2;
  for (std::int64_t column = 0; column < grid.num_columns; ++column) {
    const std::int64_t layer = column % grid.num_layers;
    if (layer % label_stride(grid.cell) != 0) continue;
    canvas.text(grid.x(column) + half, grid.y(grid.num_heads) + 16, "muted", Anchor::middle, std::to_string(layer));
  }
  for (std::int64_t head = 0; head < grid.num_heads; head += label_stride(grid.cell)) {
    canvas.text(kLeft - 8, grid.y(head) + half + 4, "muted", Anchor::end, std::to_string(head));
  }
  canvas.text((kLeft + grid.x(grid.num_columns)) / 2, grid.y(grid.num_heads) + 36, "muted", Anchor::middle, layers);
  canvas.upward_text(14, (kTop + grid.y(grid.num_heads)) / 2, "muted", "head");
}

void draw_scale(SvgCanvas& canvas, double x, double height, double largest) {
  canvas.rectangle(x, kTop, 12, height, "cell", "", "fill=\"url(#theta-scale)\"");
  canvas.text(x + 18, kTop + 10, "muted", Anchor::start, compact(largest));
  canvas.text(x + 18, kTop + height / 2 + 4, "muted", Anchor::start, "0");
  canvas.text(x + 18, kTop + height, "muted", Anchor::start, compact(-largest));
}

}  // namespace

std::string theta_heat_map(const ThetaView& theta) {
  const auto num_cells = static_cast<std::size_t>(theta.num_columns() * theta.num_heads);
  AT2_EXPECT(num_cells > 0 && theta.coefficients_LH.size() == num_cells, "one coefficient per feature, layer and head");
  double largest = 0;
  for (const float value : theta.coefficients_LH) largest = std::max(largest, std::abs(static_cast<double>(value)));
  const Grid grid = make_grid(theta);
  const double right = grid.x(grid.num_columns);
  SvgCanvas canvas(right + 90, std::max(grid.y(grid.num_heads), kTop + 60) + 44,
                   "Learned coefficient of every attention head");
  canvas.text(0, 16, "title", Anchor::start, "Learned coefficient of every attention head");
  canvas.rectangle(kLeft, kTop, right - kLeft, grid.y(grid.num_heads) - kTop, "frame");
  for (std::int64_t column = 0; column < grid.num_columns; ++column) {
    const std::string feature = theta.feature_of(column);
    const std::string place =
        (feature.empty() ? "" : feature + ", ") + "layer " + std::to_string(column % grid.num_layers);
    for (std::int64_t head = 0; head < grid.num_heads; ++head) {
      const double value = theta.coefficients_LH[static_cast<std::size_t>(column * grid.num_heads + head)];
      const double strength = largest == 0 ? 0 : std::abs(value) / largest;
      canvas.rectangle(grid.x(column) + 0.5, grid.y(head) + 0.5, grid.cell - 1, grid.cell - 1,
                       value >= 0 ? "cell positive" : "cell negative",
                       place + ", head " + std::to_string(head) + ": " + compact(value),
                       "fill-opacity=\"" + fixed(strength, 3) + "\"");
    }
  }
  draw_labels(canvas, grid, layer_axis(theta));
  draw_scale(canvas, right + 16, std::max(60.0, grid.y(grid.num_heads) - kTop), largest);
  return canvas.finish();
}

}  // namespace at2
