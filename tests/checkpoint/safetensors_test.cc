#include "checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/random.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/file_builders.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string eight_bytes = raw(1.5F) + raw(-2.0F);
const std::string two_tensors = "{\"__metadata__\":{\"format\":\"pt\"}," + described("a", "F32", "[1]", 0, 4) + "," +
                                described("b", "F32", "[1,1]", 4, 8) + "}  ";

std::vector<float> floats_of(const TensorEntry& entry) {
  std::vector<float> values(static_cast<std::size_t>(entry.num_elements()));
  dequantize(entry, values);
  return values;
}

TEST(SafetensorsTest, ValidFileIsReadWhole) {
  const TestFolder folder;
  const SafetensorsFile file(folder.write("two.safetensors", safetensors_bytes(two_tensors, eight_bytes)));
  ASSERT_EQ(file.tensors().size(), 2U);
  EXPECT_THAT(floats_of(file.tensors().at("a")), ElementsAre(1.5F));
  EXPECT_THAT(floats_of(file.tensors().at("b")), ElementsAre(-2.0F));
  EXPECT_THAT(file.tensors().at("b").shape, ElementsAre(1, 1));
}

TEST(SafetensorsTest, ScalarsAndEmptyTensorsAreTensors) {
  const TestFolder folder;
  const std::string header =
      "{" + described("empty", "F16", "[0,7]", 4, 4) + "," + described("scalar", "F32", "[]", 0, 4) + "}";
  const SafetensorsFile file(folder.write("odd.safetensors", safetensors_bytes(header, raw(3.0F))));
  EXPECT_THAT(floats_of(file.tensors().at("scalar")), ElementsAre(3.0F));
  EXPECT_EQ(file.tensors().at("empty").num_elements(), 0);
  EXPECT_TRUE(floats_of(file.tensors().at("empty")).empty());
}

TEST(SafetensorsTest, FileWithoutTensorsSaysSoWhenAsked) {
  const TestFolder folder;
  const SafetensorsFile file(folder.write("none.safetensors", safetensors_bytes("{}", "")));
  EXPECT_TRUE(file.tensors().empty());
  EXPECT_THAT(message_of([&] { (void)file.tensors().at("a"); }),
              AllOf(HasSubstr("none.safetensors"), HasSubstr("tensor a is missing"), HasSubstr("no tensors")));
}

TEST(SafetensorsTest, OrderOfTheHeaderDoesNotMatter) {
  const TestFolder folder;
  const std::string header = "{" + described("z", "F32", "[1]", 4, 8) + "," + described("a", "F32", "[1]", 0, 4) + "}";
  const SafetensorsFile file(folder.write("order.safetensors", safetensors_bytes(header, eight_bytes)));
  EXPECT_THAT(floats_of(file.tensors().at("z")), ElementsAre(-2.0F));
  EXPECT_EQ(file.tensors().begin()->name, "a");
}

struct Wrong {
  const char* title;
  std::string bytes;
  const char* named;   ///< tensor that the message must name, if there is one to blame
  const char* reason;  ///< what the message must say
};

void PrintTo(const Wrong& wrong, std::ostream* stream) { *stream << wrong.title; }

class MalformedSafetensorsTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(MalformedSafetensorsTest, MessageNamesFileCulpritAndReason) {
  const TestFolder folder;
  const auto path = folder.write("wrong.safetensors", GetParam().bytes);
  EXPECT_THAT(message_of([&] { const SafetensorsFile file(path); }),
              AllOf(HasSubstr(path.string()), HasSubstr(GetParam().named), HasSubstr(GetParam().reason)));
}

/// One tensor "weight" over eight bytes, described as given.
std::string one(const std::string& dtype, const std::string& shape, int begin, int end) {
  return safetensors_bytes("{" + described("weight", dtype, shape, begin, end) + "}", eight_bytes);
}

std::string headed(const std::string& header) { return safetensors_bytes(header, eight_bytes); }

std::vector<Wrong> wrong_headers() {
  const std::string deep(2000, '[');
  return {{"Empty", "", "", "ends within the length of the header"},
          {"LengthCutOff", "\x02\x00\x00", "", "ends within the length of the header"},
          {"HugeHeader", raw<std::uint64_t>(1ULL << 60) + "{}", "", "is not a safetensors file"},
          {"HeaderAbove100MB", raw<std::uint64_t>(100'000'001) + "{}", "", "is not a safetensors file"},
          {"HeaderLongerThanFile", raw<std::uint64_t>(3) + "{}", "", "ends within the header"},
          {"HeaderOfNothing", raw<std::uint64_t>(0), "", "does not begin with {"},
          {"HeaderIsAList", headed("[1]"), "", "does not begin with {"},
          {"HeaderBeginsWithSpace", headed(" {}"), "", "does not begin with {"},
          {"BrokenJson", headed("{\"weight\":"), "", "JSON is broken"},
          {"TextAfterJson", headed("{}{}"), "", "JSON is broken"},
          {"InvalidUtf8", headed("{\"\xFF\":1}"), "", "JSON is broken"},
          {"TooDeep", headed("{\"a\":" + deep), "", "nested too deeply"},
          {"DuplicateName",
           headed("{" + described("weight", "F32", "[1]", 0, 4) + "," + described("weight", "F32", "[1]", 4, 8) + "}"),
           "\"weight\"", "comes twice"},
          {"DuplicateDtype", headed("{\"weight\":{\"dtype\":\"F32\",\"dtype\":\"F16\"}}"), "\"dtype\"", "comes twice"},
          {"MetadataIsANumber", headed("{\"__metadata__\":1}"), "__metadata__", "not an object of texts"},
          {"MetadataHasANumber", headed("{\"__metadata__\":{\"a\":1}}"), "__metadata__", "not an object of texts"},
          {"TensorIsANumber", headed("{\"weight\":1}"), "tensor weight", "not described by an object"}};
}

std::vector<Wrong> wrong_tensors() {
  const std::string full = described("a", "F32", "[2]", 0, 8);
  return {{"NoDtype", headed("{\"weight\":{\"shape\":[2],\"data_offsets\":[0,8]}}"), "tensor weight", "no dtype"},
          {"UnknownDtype", one("F31", "[2]", 0, 8), "tensor weight", "unknown dtype \"F31\""},
          {"LyingDtype", one("F16", "[2]", 0, 8), "tensor weight", "does not fit its data_offsets"},
          {"LyingShape", one("F32", "[3]", 0, 8), "tensor weight", "does not fit its data_offsets"},
          {"NegativeSize", one("F32", "[-2]", 0, 8), "tensor weight", "no usable shape"},
          {"FractionalSize", one("F32", "[2.0]", 0, 8), "tensor weight", "no usable shape"},
          {"ShapeIsANumber", one("F32", "2", 0, 8), "tensor weight", "no usable shape"},
          {"SizeAbove63Bits", one("F32", "[18446744073709551615]", 0, 8), "tensor weight", "no usable shape"},
          {"OverflowingShape", one("F32", "[4294967296,4294967296,2]", 0, 8), "tensor weight", "shape is impossible"},
          {"OverflowTo8Bytes", one("U8", "[4294967297,4294967297,9223372036854775807]", 0, 8), "tensor weight",
           "shape is impossible"},
          {"OneOffset", headed("{\"weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}"), "tensor weight",
           "no usable data_offsets"},
          {"OffsetsReversed", one("F32", "[2]", 8, 0), "tensor weight", "no usable data_offsets"},
          {"OutsideTheFile", one("F32", "[3]", 0, 12), "tensor weight", "lies outside the file"},
          {"HoleBefore", one("F32", "[1]", 4, 8), "tensor weight", "leaves a hole"},
          {"HoleAfter", one("F32", "[1]", 0, 4), "", "belong to none"},
          {"Overlap", headed("{" + full + "," + described("weight", "F32", "[1]", 4, 8) + "}"), "tensor weight",
           "overlaps another tensor"},
          {"SameBytes", headed("{" + full + "," + described("weight", "F32", "[2]", 0, 8) + "}"), "tensor weight",
           "overlaps another tensor"}};
}

std::string title_of(const ::testing::TestParamInfo<Wrong>& info) { return info.param.title; }

INSTANTIATE_TEST_SUITE_P(Headers, MalformedSafetensorsTest, ::testing::ValuesIn(wrong_headers()), title_of);
INSTANTIATE_TEST_SUITE_P(Tensors, MalformedSafetensorsTest, ::testing::ValuesIn(wrong_tensors()), title_of);

// The next two parse buffers of exactly the file's size, so that a sanitizer sees a read past their end.

TEST(SafetensorsTest, FileCutAtAnyByteIsRefusedByName) {
  const std::string whole = safetensors_bytes(two_tensors, eight_bytes);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THAT(message_of([&] { (void)parse_safetensors(std::as_bytes(std::span(cut)), "cut.safetensors"); }),
                HasSubstr("cut.safetensors"))
        << length << " bytes";
  }
}

TEST(SafetensorsTest, DamagedFilesAreReadOrRefusedAndNothingElse) {
  const std::string valid = safetensors_bytes(two_tensors, eight_bytes);
  RandomStream random(8, "damage");
  int read = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<char> bytes(valid.begin(), valid.end());
    const std::uint64_t changes = 1 + random.below(3);
    for (std::uint64_t c = 0; c < changes; ++c)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    try {
      for (const TensorEntry& entry : parse_safetensors(std::as_bytes(std::span(bytes)), "damaged.safetensors")) {
        if (can_dequantize(entry.type)) (void)floats_of(entry);
      }
      ++read;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged.safetensors"));
      ++refused;
    }
  }
  // Both happen: otherwise the loop would prove nothing.
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace at2
