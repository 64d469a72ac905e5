#include "report/svg_canvas.h"

#include "report/format.h"

namespace at2 {
namespace {

std::string attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + coordinate(value) + "\"";
}

}  // namespace

std::string coordinate(double value) {
  std::string text = fixed(value, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

SvgCanvas::SvgCanvas(double width, double height, std::string_view label) {
  body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" role=\"img\" viewBox=\"0 0 " + coordinate(width) +
          " " + coordinate(height) + "\"" + attribute("width", width) + attribute("height", height) + " aria-label=\"" +
          escape_markup(label) + "\">";
}

void SvgCanvas::rectangle(double x, double y, double width, double height, std::string_view css_class,
                          std::string_view title, std::string_view attributes) {
  body_ += "<rect class=\"" + std::string(css_class) + "\"" + attribute("x", x) + attribute("y", y) +
           attribute("width", width) + attribute("height", height);
  if (!attributes.empty()) body_ += " " + std::string(attributes);
  body_ += title.empty() ? "/>" : "><title>" + escape_markup(title) + "</title></rect>";
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  body_ += "<line class=\"" + std::string(css_class) + "\"" + attribute("x1", x1) + attribute("y1", y1) +
           attribute("x2", x2) + attribute("y2", y2) + "/>";
}

void SvgCanvas::text(double x, double y, std::string_view css_class, Anchor anchor, std::string_view content) {
  const char* name = anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
  body_ += "<text class=\"" + std::string(css_class) + "\"" + attribute("x", x) + attribute("y", y) +
           " text-anchor=\"" + name + "\">" + escape_markup(content) + "</text>";
}

void SvgCanvas::upward_text(double x, double y, std::string_view css_class, std::string_view content) {
  body_ += "<text class=\"" + std::string(css_class) + "\" text-anchor=\"middle\" transform=\"translate(" +
           coordinate(x) + " " + coordinate(y) + ") rotate(-90)\">" + escape_markup(content) + "</text>";
}

}  // namespace at2
