#include "text/utf8.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace at2 {
namespace {

TEST(Utf8Test, WellFormedTextHasNoBadByte) {
  EXPECT_EQ(find_invalid_utf8(""), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("a\u00e9\u20ac\U0001F642\U0010FFFF\ud7ff\ue000"), std::nullopt);
}

struct BadText {
  std::string bytes;
  std::int64_t offset;
};

class BadUtf8Test : public testing::TestWithParam<BadText> {};

TEST_P(BadUtf8Test, FirstBadByteIsFound) { EXPECT_EQ(find_invalid_utf8(GetParam().bytes), GetParam().offset); }

INSTANTIATE_TEST_SUITE_P(Kinds, BadUtf8Test,
                         testing::Values(BadText{"ab\xff", 2},              // no such byte
                                         BadText{"\x80", 0},                // continuation without a lead
                                         BadText{"a\xc3", 1},               // cut off
                                         BadText{"\xe2\x82", 0},            // cut off
                                         BadText{"\u00e9\xc3(", 2},         // lead without continuation
                                         BadText{"\xc0\xaf", 0},            // overlong, two bytes
                                         BadText{"x\xe0\x80\xaf", 1},       // overlong, three bytes
                                         BadText{"\xf0\x80\x80\xaf", 0},    // overlong, four bytes
                                         BadText{"\xed\xa0\x80", 0},        // surrogate
                                         BadText{"\xf4\x90\x80\x80", 0}));  // above U+10FFFF

TEST(Utf8Test, DecodingAndEncodingAreInverse) {
  const std::string text = "a\u00e9\u20ac\U0001F642";
  EXPECT_EQ(decode_utf8(text), U"a\u00e9\u20ac\U0001F642");
  EXPECT_EQ(encode_utf8(decode_utf8(text)), text);
}

TEST(CodePointOffsetsTest, CountsCharactersOfSeveralBytesOnce) {
  const CodePointOffsets offsets("a\u00e9\U0001F642b");
  EXPECT_EQ(offsets.size(), 4);
  EXPECT_EQ(offsets.to_bytes({1, 3}), (CharRange{1, 7}));
  EXPECT_EQ(offsets.to_code_points({3, 8}), (CharRange{2, 4}));
  EXPECT_EQ(offsets.to_byte(4), 8);
}

TEST(CodePointOffsetsTest, PlacesInsideACharacterAndOutsideTheTextAreRefused) {
  const CodePointOffsets offsets("a\u00e9");
  EXPECT_THROW(static_cast<void>(offsets.to_code_point(2)), ContractViolation);
  EXPECT_THROW(static_cast<void>(offsets.to_code_point(4)), ContractViolation);
  EXPECT_THROW(static_cast<void>(offsets.to_byte(3)), ContractViolation);
  EXPECT_THROW(static_cast<void>(offsets.to_byte(-1)), ContractViolation);
}

}  // namespace
}  // namespace at2
