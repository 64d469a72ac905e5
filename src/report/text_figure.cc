#include "report/text_figure.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "base/errors.h"
#include "report/format.h"
#include "report/highlight.h"
#include "report/svg_canvas.h"

namespace at2 {
namespace {

constexpr double kWidth = 1040;
constexpr double kGap = 26;
constexpr double kLine = 16;
/// Of one character of the fixed-width font; lines are stretched to it.
constexpr double kCharacter = 6.65;
constexpr std::size_t kColumnsPerRow = 3;

std::vector<HighlightPiece> pieces_of(const TextFigure& figure, const std::vector<double>& strengths) {
  return figure.text.size() > kLongText ? elided_pieces(figure.text, figure.sources, strengths, figure.neighbours)
                                        : highlight_pieces(figure.text, figure.sources, strengths);
}

/// One character as it is placed on a line.
struct Glyph {
  std::string_view bytes;
  double columns = 0;
  double strength = 0;
};

using GlyphLine = std::vector<Glyph>;

double columns_of(std::span<const Glyph> glyphs) {
  double columns = 0;
  for (const Glyph& glyph : glyphs) columns += glyph.columns;
  return columns;
}

void append_glyphs(std::string_view part, double strength, std::vector<Glyph>& glyphs) {
  for (std::size_t at = 0; at < part.size();) {
    const CodePoint point = code_point_at(part, at);
    const std::string_view bytes = part.substr(at, point.num_bytes);
    at += point.num_bytes;
    if (point.value == '\t' || point.value == '\r') {
      glyphs.push_back({" ", 1, 0});
    } else {
      glyphs.push_back({bytes, static_cast<double>(display_width(bytes)), point.value == ' ' ? 0 : strength});
    }
  }
}

/// Blanks between two glyphs of one strength are coloured with them.
void colour_blanks(std::vector<Glyph>& glyphs) {
  for (std::size_t at = 1; at + 1 < glyphs.size(); ++at) {
    if (glyphs[at].bytes == " " && glyphs[at - 1].strength == glyphs[at + 1].strength) {
      glyphs[at].strength = glyphs[at - 1].strength;
    }
  }
}

std::vector<Glyph> glyphs_of(const TextFigure& figure, const TextColumn& column) {
  const std::vector<double> strengths = highlight_strengths(column.scores, figure.threshold);
  std::vector<Glyph> glyphs;
  for (const HighlightPiece& piece : pieces_of(figure, strengths)) {
    if (piece.kind == HighlightPiece::Kind::left_out) {
      for (const std::string_view part : {std::string_view(" "), kLeftOut, std::string_view(" ")}) {
        append_glyphs(part, 0, glyphs);
      }
      continue;
    }
    const auto begin = static_cast<std::size_t>(piece.range.begin);
    append_glyphs(std::string_view(figure.text).substr(begin, static_cast<std::size_t>(piece.range.size())),
                  piece.source ? strengths[*piece.source] : 0, glyphs);
  }
  colour_blanks(glyphs);
  return glyphs;
}

/// Lines of at most `width` columns, cut at blanks where there are some; blank lines are dropped.
std::vector<GlyphLine> lines_of(std::span<const Glyph> glyphs, double width) {
  std::vector<GlyphLine> lines(1);
  const auto new_line = [&] {
    if (!lines.back().empty()) lines.emplace_back();
  };
  for (std::size_t at = 0; at < glyphs.size();) {
    std::size_t end = at + 1;
    while (end < glyphs.size() && glyphs[at].bytes != " " && glyphs[end].bytes != " " && glyphs[end].bytes != "\n" &&
           glyphs[at].bytes != "\n" && columns_of(glyphs.subspan(at, end + 1 - at)) <= width) {
      ++end;
    }
    const auto word = glyphs.subspan(at, end - at);
    at = end;
    if (word.front().bytes == "\n") {
      new_line();
      continue;
    }
    if (columns_of(lines.back()) + columns_of(word) > width) new_line();
    if (word.front().bytes == " " && lines.back().empty()) continue;
    lines.back().insert(lines.back().end(), word.begin(), word.end());
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

void draw_line(SvgCanvas& canvas, const GlyphLine& line, double x, double y, std::string_view css_class) {
  std::string text;
  double column = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    double run = 0;
    for (; end < line.size() && line[end].strength == line[at].strength; ++end) {
      text += line[end].bytes;
      run += line[end].columns;
    }
    if (line[at].strength > 0) {
      canvas.rectangle(x + column * kCharacter, y - 11.5, run * kCharacter, 14.5, css_class, "",
                       "rx=\"2\" fill-opacity=\"" + fixed(line[at].strength, 2) + "\"");
    }
    column += run;
    at = end;
  }
  canvas.raw("<text class=\"code\" xml:space=\"preserve\" x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) +
             "\" textLength=\"" + coordinate(column * kCharacter) + "\" lengthAdjust=\"spacingAndGlyphs\">" +
             escape_markup(text) + "</text>");
}

/// \return the height that was taken
double draw_text(SvgCanvas& canvas, std::vector<Glyph> glyphs, double x, double y, double width,
                 std::string_view css_class, double opacity) {
  for (Glyph& glyph : glyphs) glyph.strength *= opacity;
  const std::vector<GlyphLine> lines = lines_of(glyphs, std::floor(width / kCharacter));
  for (std::size_t line = 0; line < lines.size(); ++line) {
    draw_line(canvas, lines[line], x, y + kLine * static_cast<double>(line + 1), css_class);
  }
  return kLine * static_cast<double>(lines.size());
}

double draw_titled(SvgCanvas& canvas, std::string_view heading, std::vector<Glyph> glyphs, double x, double y,
                   double width, std::string_view css_class, double opacity) {
  canvas.text(x, y + 12, "strong", Anchor::start, heading);
  return 14 + draw_text(canvas, std::move(glyphs), x, y + 14, width, css_class, opacity);
}

/// Cuts the response around its target; what is outside of it is plain.
std::vector<std::string_view> response_parts(const TextFigure& figure) {
  const std::string_view response = figure.response;
  AT2_EXPECT(figure.target.begin >= 0 && figure.target.begin <= figure.target.end &&
                 static_cast<std::size_t>(figure.target.end) <= response.size(),
             "a target lies within its response");
  const auto begin = static_cast<std::size_t>(figure.target.begin);
  const auto end = static_cast<std::size_t>(figure.target.end);
  return {response.substr(0, begin), response.substr(begin, end - begin), response.substr(end)};
}

std::vector<Glyph> response_glyphs(const TextFigure& figure) {
  const auto parts = response_parts(figure);
  std::vector<Glyph> glyphs;
  for (std::size_t part = 0; part < parts.size(); ++part) append_glyphs(parts[part], part == 1 ? 1 : 0, glyphs);
  colour_blanks(glyphs);
  return glyphs;
}

double draw_columns(SvgCanvas& canvas, const TextFigure& figure, double y) {
  const std::size_t per_row = std::min(kColumnsPerRow, figure.columns.size());
  const double width = (kWidth + kGap) / static_cast<double>(per_row) - kGap;
  double row_height = 0;
  for (std::size_t column = 0; column < figure.columns.size(); ++column) {
    if (column > 0 && column % per_row == 0) {
      y += row_height + kGap;
      row_height = 0;
    }
    const double x = (width + kGap) * static_cast<double>(column % per_row);
    const double height = draw_titled(canvas, figure.columns[column].heading, glyphs_of(figure, figure.columns[column]),
                                      x, y, width, "highlight", 0.72);
    row_height = std::max(row_height, height);
  }
  return y + row_height;
}

/// \return the lower end
double draw_all(SvgCanvas& canvas, const TextFigure& figure) {
  std::vector<Glyph> query;
  append_glyphs(figure.query, 0, query);
  canvas.text(0, 16, "title", Anchor::start, figure.title);
  double y = 28;
  y += draw_titled(canvas, "Query", query, 0, y, kWidth, "chosen", 1) + 12;
  y += draw_titled(canvas, "Response", response_glyphs(figure), 0, y, kWidth, "chosen", 1) + 16;
  return draw_columns(canvas, figure, y) + 10;
}

}  // namespace

std::string text_figure_html(const TextFigure& figure) {
  const auto parts = response_parts(figure);
  std::string html = "<h4>Query</h4><div class=\"text\">" + escape_markup(figure.query) +
                     "</div><h4>Response</h4><div class=\"text\">" + escape_markup(parts[0]) +
                     "<mark class=\"chosen\">" + escape_markup(parts[1]) + "</mark>" + escape_markup(parts[2]) +
                     "</div><h4>" + escape_markup(figure.text_name) + "</h4><div class=\"methods\">";
  for (const TextColumn& column : figure.columns) {
    const std::vector<double> strengths = highlight_strengths(column.scores, figure.threshold);
    html += "<div class=\"method\"><h5>" + escape_markup(column.heading) + "</h5><div class=\"text context\">" +
            pieces_html(figure.text, pieces_of(figure, strengths), column.scores, strengths) + "</div></div>";
  }
  return html + "</div>";
}

std::string text_figure_svg(const TextFigure& figure) {
  AT2_EXPECT(!figure.columns.empty(), "a figure shows something");
  SvgCanvas trial(kWidth, 0, "");
  SvgCanvas canvas(kWidth, draw_all(trial, figure), figure.title);
  (void)draw_all(canvas, figure);
  return canvas.finish();
}

}  // namespace at2
