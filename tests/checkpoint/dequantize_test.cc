#include "checkpoint/dequantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "base/random.h"
#include "checkpoint/file_builders.h"

namespace at2 {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An entry whose bytes are those of `content`.
TensorEntry entry_of(TensorType type, std::vector<std::int64_t> shape, const std::string& content) {
  TensorEntry entry;
  entry.name = "weight";
  entry.type = type;
  entry.shape = std::move(shape);
  entry.bytes = std::as_bytes(std::span(content));
  entry.file = "some.gguf";
  return entry;
}

float half(std::uint16_t bits) {
  const std::string content = raw(bits);
  float value = 0;
  dequantize(entry_of(TensorType::f16, {1}, content), {&value, 1});
  return value;
}

/// The value of a half by the formula of IEEE 754.
double half_by_formula(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(DequantizeTest, EveryFiniteHalfHasItsValueAndSign) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7C00U) == 0x7C00U) continue;
    const float value = half(static_cast<std::uint16_t>(bits));
    ASSERT_EQ(static_cast<double>(value), half_by_formula(static_cast<std::uint16_t>(bits))) << bits;
    ASSERT_EQ(std::signbit(value), (bits & 0x8000U) != 0) << bits;
  }
}

TEST(DequantizeTest, HalvesKeepInfinityAndNaN) {
  EXPECT_EQ(half(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(half(0xFC00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(half(0x7E00)));
  EXPECT_TRUE(std::isnan(half(0x7C01)));
}

TEST(DequantizeTest, BrainFloatsAreTheUpperHalfOfAFloat) {
  const std::string content = raw<std::uint16_t>(0x3FC0) + raw<std::uint16_t>(0xC000) + raw<std::uint16_t>(0x7F80);
  std::vector<float> values(3);
  dequantize(entry_of(TensorType::bf16, {3}, content), values);
  EXPECT_THAT(values, ElementsAre(1.5F, -2.0F, std::numeric_limits<float>::infinity()));
}

TEST(DequantizeTest, RowRangesGiveTheRowsOfTheWhole) {
  RandomStream random(3, "blocks");
  for (const TensorType type : {TensorType::f32, TensorType::f16, TensorType::q4_1, TensorType::q6_k}) {
    const std::vector<std::int64_t> shape = {5, 2, 256};
    std::string content(static_cast<std::size_t>(stored_bytes(type, shape, "weight", "some.gguf")), '\0');
    for (char& byte : content) byte = static_cast<char>(random.below(0x38));  // small exponents: all values finite
    const TensorEntry entry = entry_of(type, shape, content);
    std::vector<float> whole(5 * 512);
    dequantize(entry, whole);
    for (std::int64_t begin = 0; begin <= 5; ++begin) {
      for (std::int64_t end = begin; end <= 5; ++end) {
        std::vector<float> part(static_cast<std::size_t>(end - begin) * 512);
        dequantize_rows(entry, begin, end, part);
        EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + begin * 512)) << begin << " to " << end;
      }
    }
  }
}

TEST(DequantizeTest, RowsOfAVectorMayBeginWithinABlock) {
  std::string content;
  for (int b = 0; b < 2; ++b) {
    content += raw<std::uint16_t>(0x3C00);
    for (int i = 0; i < 32; ++i) content += static_cast<char>(32 * b + i);
  }
  const TensorEntry entry = entry_of(TensorType::q8_0, {64}, content);
  for (std::int64_t begin = 0; begin <= 64; ++begin) {
    for (std::int64_t end = begin; end <= 64; ++end) {
      std::vector<float> part(static_cast<std::size_t>(end - begin));
      dequantize_rows(entry, begin, end, part);
      for (std::size_t i = 0; i < part.size(); ++i) {
        ASSERT_EQ(part[i], static_cast<float>(begin) + static_cast<float>(i)) << begin << " to " << end;
      }
    }
  }
}

TEST(DequantizeTest, TypesWithoutDecoderAreRefusedByName) {
  const std::string content(16, '\0');
  for (const TensorType type : {TensorType::i8, TensorType::i16, TensorType::i32, TensorType::i64, TensorType::u8,
                                TensorType::f64, TensorType::f8_e4m3, TensorType::boolean}) {
    EXPECT_FALSE(can_dequantize(type));
    std::vector<float> values(2);
    try {
      dequantize(entry_of(type, {2}, content), values);
      FAIL() << type_name(type) << " was decoded";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("some.gguf"), HasSubstr("tensor weight"),
                                      HasSubstr("has type " + std::string(type_name(type)))));
    }
  }
}

TEST(DequantizeTest, OutputOfAnotherSizeBreaksTheContract) {
  const std::string content(8, '\0');
  const TensorEntry entry = entry_of(TensorType::f32, {2}, content);
  std::vector<float> values(3);
  EXPECT_THROW(dequantize(entry, values), ContractViolation);
  EXPECT_THROW(dequantize_rows(entry, 0, 3, values), ContractViolation);
  EXPECT_THROW(dequantize_rows(entry, 2, 1, values), ContractViolation);
}

TEST(FirstNonFiniteTest, FiniteValuesHaveNone) {
  EXPECT_EQ(first_non_finite({}), std::nullopt);
  std::vector<float> values(10000, std::numeric_limits<float>::max());
  values[5] = std::numeric_limits<float>::denorm_min();
  values[6] = -0.0F;
  EXPECT_EQ(first_non_finite(values), std::nullopt);
}

TEST(FirstNonFiniteTest, FirstOfSeveralIsFound) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::size_t place : {0U, 1U, 4095U, 4096U, 9999U}) {
    for (const float bad : {infinity, -infinity, nan, -nan}) {
      std::vector<float> values(10000, 1.0F);
      values[place] = bad;
      values.back() = nan;
      EXPECT_EQ(first_non_finite(values), static_cast<std::int64_t>(place));
    }
  }
}

TEST(RequireFiniteTest, BadValuesOfEveryFloatTypeAreNamedWithTensorRowAndColumn) {
  const std::string block = raw<std::uint16_t>(0x7C00) + std::string(32, '\1');
  const std::vector<std::pair<TensorType, std::string>> spoiled = {
      {TensorType::f32, raw(std::numeric_limits<float>::quiet_NaN())},
      {TensorType::f16, raw<std::uint16_t>(0xFE00)},
      {TensorType::bf16, raw<std::uint16_t>(0x7F80)},
      {TensorType::q8_0, block}};
  for (const auto& [type, bad] : spoiled) {
    const auto elements = block_layout(type).elements;
    const std::string content = std::string(5 * bad.size(), '\0') + bad;
    const TensorEntry entry = entry_of(type, {3, 2 * elements}, content);
    std::vector<float> values(static_cast<std::size_t>(2 * elements));
    dequantize_rows(entry, 1, 2, values);
    EXPECT_NO_THROW(require_finite(entry, 1, values));
    dequantize_rows(entry, 2, 3, values);
    try {
      require_finite(entry, 2, values);
      FAIL() << type_name(type) << " was accepted";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("some.gguf"), HasSubstr("tensor weight holds NaN or infinity"),
                                      HasSubstr("row 2, column " + std::to_string(elements))));
    }
  }
}

}  // namespace
}  // namespace at2
