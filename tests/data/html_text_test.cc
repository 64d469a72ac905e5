#include "data/html_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace at2 {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> texts(const std::string& html) {
  std::vector<std::string> list;
  for (const HtmlBlock& block : html_blocks(html)) list.push_back(block.text);
  return list;
}

TEST(HtmlTextTest, TagsGoAndWhiteSpaceIsOneSpace) {
  EXPECT_EQ(html_text(" a<b>b</b>c \n\t d<br/>e<ul><li>f</li></ul>g "), "abc d e f g");
  EXPECT_EQ(html_text("x<!-- <p> - > -->y<script>a > b</script>z<STYLE>p{}</style >!"), "xyz!");
  EXPECT_EQ(html_text("<a title=\"1 > 0\" b='\">'>in</a>"), "in");
}

TEST(HtmlTextTest, ASignThatBeginsNoTagIsText) {
  EXPECT_EQ(html_text("1 < 2 <3 a<"), "1 < 2 <3 a<");
  EXPECT_EQ(html_text("cut <a href=\"never"), "cut");
  EXPECT_EQ(html_text("cut <!-- never"), "cut");
}

TEST(HtmlTextTest, CharacterReferencesAreDecoded) {
  EXPECT_EQ(html_text("&amp;lt; &#228;&#xE4;&#X1F9C0;&nbsp;&ndash;"), "&lt; ää🧀\u00a0–");
  EXPECT_EQ(html_text("&unknown; & &; &#xD800; &#0; &#1114112; &#x; &amp"),
            "&unknown; & &; &#xD800; &#0; &#1114112; &#x; &amp");
}

TEST(HtmlBlocksTest, ParagraphsAndHeadersInOrder) {
  EXPECT_THAT(texts("<h1>A</h1>no<p>B</p><H6 class=x>C</H6><h7>no</h7><header>no</header><pre>no</pre><hr>"),
              ElementsAre("A", "B", "C"));
}

TEST(HtmlBlocksTest, AnOpenParagraphEndsAtTheNextOrAtTheEnd) {
  EXPECT_THAT(texts("<p>A<p>B<h2>C</p></h2>no<p>D"), ElementsAre("A", "B", "C", "D"));
}

TEST(HtmlBlocksTest, RangesAreBytesBetweenTheTags) {
  // Offsets as in the example of the data set's own description, where its tokens <h1>, </h1>, <p> and </p> lie.
  const std::string page =
      "<html><body><h1>Acorn Inc.</h1><p>Äcorn was founded in 1998 "
      "By:<ul><li>Lara</li><li>Sven</li></ul></p></body></html>";
  const auto blocks = html_blocks(page);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].inner, (CharRange{16, 26}));
  EXPECT_EQ(blocks[1].inner.begin, 34);
  EXPECT_EQ(page.substr(static_cast<std::size_t>(blocks[1].inner.end), 4), "</p>");
  EXPECT_EQ(blocks[1].text, "Äcorn was founded in 1998 By: Lara Sven");
}

}  // namespace
}  // namespace at2
