#include "base/errors.h"
#include "report/figures.h"
#include "report/format.h"
#include "report/svg_canvas.h"

namespace at2 {
namespace {

/// The value of the first attribute of that name.
double length_attribute(const std::string& svg, const std::string& name) {
  const std::string start = " " + name + "=\"";
  const std::size_t place = svg.find(start);
  AT2_EXPECT(place != std::string::npos, "a chart has a size");
  return std::stod(svg.substr(place + start.size()));
}

}  // namespace

std::string_view figure_css() {
  return R"css(
.figure{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
.figure text{fill:#1c2430}
.figure .title{font-size:14px;font-weight:600}
.figure .strong{font-weight:600}
.figure text.muted{fill:#5c6672;font-size:11px}
.figure .surface{fill:#ffffff}
.figure .grid{stroke:#e3e7ec}
.figure .axis{stroke:#8a94a0}
.figure .bar{fill:#a9b4c2}
.figure .bar.strong{fill:#2f6fde}
.figure .whisker{stroke:#1c2430;stroke-width:1.5}
.figure .curve{fill:none;stroke:#2f6fde;stroke-width:1.8;stroke-linejoin:round}
.figure .frame{fill:#f5f6f8;stroke:none}
.figure .positive{fill:#1f5fd0}
.figure .negative{fill:#d9631e}
.figure .positive-stop{stop-color:#1f5fd0}
.figure .negative-stop{stop-color:#d9631e}
@media (prefers-color-scheme:dark){
.figure text{fill:#e6e9ee}
.figure text.muted{fill:#9aa4b1}
.figure .surface{fill:#171b21}
.figure .grid{stroke:#2c333d}
.figure .axis{stroke:#737d8a}
.figure .bar{fill:#5b6675}
.figure .bar.strong{fill:#5a92f5}
.figure .whisker{stroke:#e6e9ee}
.figure .curve{stroke:#5a92f5}
.figure .frame{fill:#20262e}
.figure .positive{fill:#6ba0ff}
.figure .negative{fill:#ff8f4d}
.figure .positive-stop{stop-color:#6ba0ff}
.figure .negative-stop{stop-color:#ff8f4d}
}
)css";
}

std::string standalone_svg(const std::string& svg) {
  constexpr double kMargin = 16;
  const double width = length_attribute(svg, "width");
  const double height = length_attribute(svg, "height");
  const auto pixels = [](double value) { return std::string("\"") + coordinate(value) + "\""; };
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" width=" + pixels(width + 2 * kMargin) +
         " height=" + pixels(height + 2 * kMargin) + "><style>" + escape_markup(figure_css()) +
         "</style><rect class=\"surface\" width=\"100%\" height=\"100%\"/><svg x=" + pixels(kMargin) +
         " y=" + pixels(kMargin) + svg.substr(std::string("<svg").size()) + "</svg>\n";
}

}  // namespace at2
