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

// The methods' hues are those of Okabe and Ito, which readers with any colour vision can tell apart; ESM is grey.
std::string_view figure_css() {
  return R"css(
.figure{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
.figure text{fill:#1c2430}
.figure .title{font-size:14px;font-weight:600}
.figure .strong{font-weight:600}
.figure text.dash{font-weight:700}
.figure text.muted{fill:#5c6672;font-size:11px}
.figure text.code{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
.figure .surface{fill:#ffffff}
.figure .grid{stroke:#e3e7ec}
.figure .axis{stroke:#6b7683}
.figure .m-at2{fill:#0072b2;stroke:#0072b2}
.figure .m-general{fill:#56b4e9;stroke:#2b93cf}
.figure .m-average{fill:#e69f00;stroke:#c78a00}
.figure .m-norm{fill:#8f7fd6;stroke:#6f5fc0}
.figure .m-logit{fill:#d55e00;stroke:#b34f00}
.figure .m-gradient{fill:#cc79a7;stroke:#b85f90}
.figure .m-loo{fill:#009e73;stroke:#009e73}
.figure .m-esm1{fill:#d5d9df;stroke:#8b949f}
.figure .m-esm2{fill:#aab2bc;stroke:#8b949f}
.figure .m-esm3{fill:#7a8490;stroke:#7a8490}
.figure .m-esm4{fill:#474f5a;stroke:#474f5a}
.figure .m-esm5{fill:#1c2430;stroke:#1c2430}
.figure .m-other{fill:#f0e442;stroke:#b3a800}
.figure .m-none{fill:none;stroke:none}
.figure .bar{stroke:#1c2430;stroke-opacity:.5;stroke-width:.75}
.figure .hatch{stroke:none}
.figure .mark{stroke-width:1.2}
.figure polyline.line{fill:none;stroke-width:2;stroke-linejoin:round}
.figure .reference{stroke:#1c2430;stroke-width:1.5}
.figure .dashed{stroke-dasharray:6 4}
.figure .band{fill:#1c2430;fill-opacity:.09}
.figure .leader{stroke:#8a94a0;stroke-width:.75}
.figure .whisker{stroke:#1c2430;stroke-width:1.3}
.figure .stripe{stroke:#ffffff;stroke-width:2;fill:#ffffff}
.figure .curve{fill:none;stroke:#0072b2;stroke-width:1.8;stroke-linejoin:round}
.figure .frame{fill:#f5f6f8;stroke:none}
.figure .positive{fill:#1f5fd0}
.figure .negative{fill:#d9631e}
.figure .positive-stop{stop-color:#1f5fd0}
.figure .negative-stop{stop-color:#d9631e}
.figure .highlight{fill:#2f6fde}
.figure .chosen{fill:#ffe27a}
@media screen and (prefers-color-scheme:dark){
.figure text{fill:#e6e9ee}
.figure text.muted{fill:#9aa4b1}
.figure .surface{fill:#171b21}
.figure .grid{stroke:#2c333d}
.figure .axis{stroke:#8b95a2}
.figure .m-at2{fill:#3b9fe0;stroke:#3b9fe0}
.figure .m-general{fill:#8fd0f5;stroke:#8fd0f5}
.figure .m-average{fill:#f0b02a;stroke:#f0b02a}
.figure .m-gradient{fill:#dd94bb;stroke:#dd94bb}
.figure .m-loo{fill:#24b98c;stroke:#24b98c}
.figure .m-esm1{fill:#4a535f;stroke:#66707d}
.figure .m-esm2{fill:#717b88;stroke:#808a97}
.figure .m-esm3{fill:#9ea7b2;stroke:#9ea7b2}
.figure .m-esm4{fill:#cdd3da;stroke:#cdd3da}
.figure .m-esm5{fill:#f4f6f8;stroke:#f4f6f8}
.figure .bar{stroke:#e6e9ee;stroke-opacity:.4}
.figure .hatch{stroke:none}
.figure .reference{stroke:#e6e9ee}
.figure .band{fill:#e6e9ee;fill-opacity:.12}
.figure .leader{stroke:#737d8a}
.figure .whisker{stroke:#e6e9ee}
.figure .stripe{stroke:#171b21;fill:#171b21}
.figure .curve{stroke:#3b9fe0}
.figure .frame{fill:#20262e}
.figure .positive{fill:#6ba0ff}
.figure .negative{fill:#ff8f4d}
.figure .positive-stop{stop-color:#6ba0ff}
.figure .negative-stop{stop-color:#ff8f4d}
.figure .highlight{fill:#3e7cf0}
.figure .chosen{fill:#8a6d00}
}
)css";
}

std::string_view figure_defs() {
  // Cells of a heat map fade to nothing at zero, and so does its scale, from both ends.
  return R"svg(<defs>
<pattern id="hatch-up" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="stripe" x1="0" y1="0" x2="0" y2="6"/></pattern>
<pattern id="hatch-down" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><line class="stripe" x1="0" y1="0" x2="0" y2="5"/></pattern>
<pattern id="hatch-lines" width="6" height="5" patternUnits="userSpaceOnUse"><line class="stripe" x1="0" y1="0" x2="6" y2="0"/></pattern>
<pattern id="hatch-dots" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="stripe" cx="1.5" cy="1.5" r=".8"/><circle class="stripe" cx="4.5" cy="4.5" r=".8"/></pattern>
<pattern id="hatch-cross" width="6" height="6" patternUnits="userSpaceOnUse"><line class="stripe" x1="0" y1="0" x2="6" y2="0"/><line class="stripe" x1="0" y1="0" x2="0" y2="6"/></pattern>
<linearGradient id="theta-scale" x1="0" y1="0" x2="0" y2="1"><stop class="positive-stop" offset="0" stop-opacity="1"/><stop class="positive-stop" offset=".5" stop-opacity="0"/><stop class="negative-stop" offset=".5" stop-opacity="0"/><stop class="negative-stop" offset="1" stop-opacity="1"/></linearGradient>
</defs>)svg";
}

std::string page_defs() {
  return "<svg class=\"figure\" width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\">" +
         std::string(figure_defs()) + "</svg>";
}

std::string standalone_svg(const std::string& svg) {
  constexpr double kMargin = 16;
  const double width = length_attribute(svg, "width");
  const double height = length_attribute(svg, "height");
  const auto pixels = [](double value) { return std::string("\"") + coordinate(value) + "\""; };
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" width=" + pixels(width + 2 * kMargin) +
         " height=" + pixels(height + 2 * kMargin) + "><style>" + escape_markup(figure_css()) + "</style>" +
         std::string(figure_defs()) +
         "<rect class=\"surface\" width=\"100%\" height=\"100%\"/><svg x=" + pixels(kMargin) + " y=" + pixels(kMargin) +
         svg.substr(std::string("<svg").size()) + "</svg>\n";
}

}  // namespace at2
