/// \file report/text_overlap.h
/// \brief Finds texts of a chart that lie over each other or outside of it.
#pragma once

#include <string>
#include <vector>

#include "report/chart_parts.h"
#include "report/format.h"
#include "report/markup_check.h"

namespace at2 {

struct TextBox {
  std::string text;
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

/// The upright texts of a chart, as wide as a usual font draws them.
inline std::vector<TextBox> text_boxes(const std::string& svg) {
  std::vector<TextBox> boxes;
  for (const std::string& element : all_between(svg, "<text ", "</text>")) {
    if (element.find("rotate(") != std::string::npos) continue;
    const auto attribute = [&](const std::string& name) { return all_between(element, name + "=\"", "\"").at(0); };
    const std::string css_class = attribute("class");
    const std::string text = element.substr(element.find('>') + 1);
    const double size = css_class == "muted" ? 11 : css_class == "title" ? 14 : 12;
    const double bold = css_class.find("strong") != std::string::npos || css_class == "title" ? 1.1 : 1;
    const double width = bold * text_width(text, size);
    const double x = std::stod(attribute(" x"));
    const double y = std::stod(attribute(" y"));
    const std::string anchor = attribute("text-anchor");
    const double left = anchor == "start" ? x : anchor == "end" ? x - width : x - width / 2;
    boxes.push_back({text, left, y - 0.75 * size, left + width, y + 0.2 * size});
  }
  return boxes;
}

/// The first two texts that meet, or the first that leaves the chart; empty if there are none.
inline std::string text_fault(const std::string& svg) {
  const std::vector<TextBox> boxes = text_boxes(svg);
  const double width = std::stod(all_between(svg, " width=\"", "\"").at(0));
  const double height = std::stod(all_between(svg, " height=\"", "\"").at(0));
  for (std::size_t one = 0; one < boxes.size(); ++one) {
    const TextBox& a = boxes[one];
    if (a.left < -1 || a.top < -1 || a.right > width + 1 || a.bottom > height + 1) return "outside: " + a.text;
    for (std::size_t other = one + 1; other < boxes.size(); ++other) {
      const TextBox& b = boxes[other];
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
        return a.text + " meets " + b.text;
      }
    }
  }
  return "";
}

}  // namespace at2
