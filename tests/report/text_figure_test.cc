#include "report/text_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "report/made_up_results.h"
#include "report/markup_check.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TextFigure small_figure() {
  TextFigure figure;
  figure.title = "t";
  figure.query = "Why?";
  figure.response = "First. Second.";
  figure.target = {7, 14};
  figure.text_name = "Context";
  figure.text = "one two three";
  figure.sources = word_ranges(figure.text);
  figure.columns = {{"AT2", {0.1, 4, 2}}, {"ESM", {3, 0, 0}}};
  return figure;
}

TEST(TextFigureTest, TargetIsYellowAndSourcesAreBlue) {
  const std::string html = text_figure_html(small_figure());
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_THAT(html, HasSubstr("First. <mark class=\"chosen\">Second.</mark>"));
  EXPECT_THAT(html, HasSubstr("one <mark style=\"--s:1.00\" title=\"score 4 (100 % of the largest)\">two</mark> "
                              "<mark style=\"--s:0.50\""));
}

TEST(TextFigureTest, DrawingColoursTheSamePieces) {
  const std::string svg = text_figure_svg(small_figure());
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_EQ(count_of(svg, "<rect class=\"chosen\""), 1U);
  EXPECT_EQ(count_of(svg, "<rect class=\"highlight\""), 3U);  // two, three; one
  EXPECT_THAT(svg, HasSubstr("fill-opacity=\"0.36\""));       // half of the largest
  EXPECT_THAT(svg, HasSubstr(">one two three</text>"));
}

TEST(TextFigureTest, LongTextIsShownInParts) {
  TextFigure figure = small_figure();
  figure.text = long_text();
  figure.sources = sentence_ranges(figure.text);
  std::vector<double> scores(figure.sources.size(), 0.0);
  scores[30] = 1;
  figure.columns = {{"AT2", scores}};
  const std::string html = text_figure_html(figure);
  EXPECT_THAT(html, HasSubstr("year 31 of"));
  EXPECT_THAT(html, Not(HasSubstr("year 32 of")));
  EXPECT_EQ(count_of(html, "[…]"), 2U);
  EXPECT_EQ(count_of(text_figure_svg(figure), "[…]"), 2U);
}

TEST(TextFigureTest, LinesOfTheDrawingStayWithinItsWidth) {
  TextFigure figure = small_figure();
  figure.text = std::string(400, 'x') + " and\n\n\tmore 注意 words " + std::string(200, 'y');
  figure.sources = {{0, 400}};
  figure.columns = {{"AT2", {1}}, {"b", {1}}, {"c", {1}}, {"d", {1}}};
  const std::string svg = text_figure_svg(figure);
  EXPECT_EQ(markup_fault(svg), "");
  for (const std::string& line : all_between(svg, "<text class=\"code\"", ">")) {
    const double x = std::stod(all_between(line, " x=\"", "\"").at(0));
    EXPECT_LE(x + std::stod(all_between(line, "textLength=\"", "\"").at(0)), 1040.5);
  }
}

TEST(TextFigureTest, HostileTextIsEscaped) {
  TextFigure figure = small_figure();
  figure.title = figure.query = figure.response = figure.text_name = figure.text = "</svg><script>\"&";
  figure.sources = {{0, 6}};
  figure.columns = {{"<b>", {1}}};
  EXPECT_EQ(markup_fault(text_figure_svg(figure)), "");
  EXPECT_EQ(markup_fault(text_figure_html(figure)), "");
}

TEST(TextFigureTest, RefusesATargetOutsideOfTheResponse) {
  TextFigure figure = small_figure();
  figure.target = {7, 99};
  EXPECT_THROW((void)text_figure_html(figure), ContractViolation);
}

}  // namespace
}  // namespace at2
