#include "checkpoint/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/errors.h"
#include "base/random.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/file_builders.h"
#include "checkpoint/gguf_parse.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> floats_of(const TensorEntry& entry) {
  std::vector<float> values(static_cast<std::size_t>(entry.num_elements()));
  dequantize(entry, values);
  return values;
}

TEST(GgufTest, ValidFileIsReadWhole) {
  const TestFolder folder;
  for (const std::uint32_t version : {2U, 3U}) {
    GgufParts parts = small_gguf();
    parts.version = version;
    const GgufFile file(folder.write("small.gguf", parts.bytes()));
    EXPECT_EQ(file.require_text("general.architecture"), "llama");
    EXPECT_EQ(file.require_integer("layers"), 30);
    EXPECT_EQ(file.require_real("theta"), 0.5);
    EXPECT_THAT(file.require_texts("tokens"), ElementsAre("one", ""));
    ASSERT_EQ(file.tensors().size(), 2U);
    EXPECT_THAT(file.tensors().at("matrix").shape, ElementsAre(2, 3));
    EXPECT_THAT(floats_of(file.tensors().at("matrix")), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_EQ(floats_of(file.tensors().at("blocks")).back(), 15.0F);
  }
}

TEST(GgufTest, ViewsSurviveMovingTheFile) {
  const TestFolder folder;
  GgufFile first(folder.write("small.gguf", small_gguf().bytes()));
  const GgufFile second = std::move(first);
  EXPECT_THAT(floats_of(second.tensors().at("matrix")), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(second.require_text("general.architecture"), "llama");
}

TEST(GgufTest, AlignmentOfTheFileIsHonoured) {
  const TestFolder folder;
  GgufParts parts = small_gguf();
  parts.alignment = 64;
  parts.values.push_back(gguf_value("general.alignment", gguf_type::u32, raw<std::uint32_t>(64)));
  parts.tensors[1] = gguf_tensor("blocks", {32, 1}, gguf_type::tensor_q8_0, 64);
  parts.content.insert(32, 32, '\0');
  const GgufFile file(folder.write("aligned.gguf", parts.bytes()));
  EXPECT_EQ(floats_of(file.tensors().at("blocks")).front(), -16.0F);
}

TEST(GgufTest, AbsentKeysAreNothing) {
  const TestFolder folder;
  const GgufFile file(folder.write("small.gguf", small_gguf().bytes()));
  EXPECT_FALSE(file.has("nothing"));
  EXPECT_EQ(file.text("nothing"), std::nullopt);
  EXPECT_EQ(file.flag("nothing"), std::nullopt);
  EXPECT_EQ(file.integer("nothing"), std::nullopt);
  EXPECT_EQ(file.real("nothing"), std::nullopt);
  EXPECT_EQ(file.texts("nothing"), std::nullopt);
  EXPECT_EQ(file.integers("nothing"), std::nullopt);
  EXPECT_EQ(file.reals("nothing"), std::nullopt);
}

TEST(GgufTest, RequiredKeysThatAreAbsentAreNamed) {
  const TestFolder folder;
  const GgufFile file(folder.write("small.gguf", small_gguf().bytes()));
  const std::vector<std::function<void()>> accesses = {
      [&] { (void)file.require_text("gone"); },    [&] { (void)file.require_flag("gone"); },
      [&] { (void)file.require_integer("gone"); }, [&] { (void)file.require_real("gone"); },
      [&] { (void)file.require_texts("gone"); },   [&] { (void)file.require_integers("gone"); },
      [&] { (void)file.require_reals("gone"); }};
  for (const auto& access : accesses) {
    EXPECT_THAT(message_of(access), AllOf(HasSubstr("small.gguf"), HasSubstr("key gone is missing")));
  }
}

TEST(GgufTest, KeysOfAnotherTypeAreNamedWithTheTypeFound) {
  const TestFolder folder;
  const GgufFile file(folder.write("small.gguf", small_gguf().bytes()));
  const auto expect_wrong = [](const std::function<void()>& access, const char* key, const char* found) {
    EXPECT_THAT(message_of(access), AllOf(HasSubstr("small.gguf"), HasSubstr(std::string("key ") + key),
                                          HasSubstr(std::string("is of type ") + found)));
  };
  expect_wrong([&] { (void)file.text("layers"); }, "layers", "u32");
  expect_wrong([&] { (void)file.flag("layers"); }, "layers", "u32");
  expect_wrong([&] { (void)file.integer("theta"); }, "theta", "f32");
  expect_wrong([&] { (void)file.real("layers"); }, "layers", "u32");
  expect_wrong([&] { (void)file.text("tokens"); }, "tokens", "array of text");
  expect_wrong([&] { (void)file.integers("tokens"); }, "tokens", "array of text");
  expect_wrong([&] { (void)file.reals("tokens"); }, "tokens", "array of text");
  expect_wrong([&] { (void)file.texts("general.architecture"); }, "general.architecture", "text");
}

TEST(GgufTest, IntegerThatDoesNotFitIsRefused) {
  const TestFolder folder;
  GgufParts parts = small_gguf();
  parts.values.push_back(gguf_value("huge", gguf_type::u64, raw<std::uint64_t>(1ULL << 63)));
  const GgufFile file(folder.write("huge.gguf", parts.bytes()));
  EXPECT_THAT(message_of([&] { (void)file.integer("huge"); }),
              AllOf(HasSubstr("huge.gguf"), HasSubstr("key huge is too large"), HasSubstr("9223372036854775808")));
}

TEST(GgufTest, MissingTensorIsNamedWithTheMostSimilar) {
  const TestFolder folder;
  const GgufFile file(folder.write("small.gguf", small_gguf().bytes()));
  EXPECT_EQ(file.tensors().find("matrx"), nullptr);
  EXPECT_THAT(message_of([&] { (void)file.tensors().at("matrx"); }),
              AllOf(HasSubstr("small.gguf"), HasSubstr("tensor matrx is missing"), HasSubstr("most similar: matrix")));
}

struct Wrong {
  const char* title;
  std::function<void(GgufParts&)> spoil;
  const char* named;   ///< tensor or key that the message must name, if there is one to blame
  const char* reason;  ///< what the message must say
};

void PrintTo(const Wrong& wrong, std::ostream* stream) { *stream << wrong.title; }

class MalformedGgufTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(MalformedGgufTest, MessageNamesFileCulpritAndReason) {
  const TestFolder folder;
  GgufParts parts = small_gguf();
  GetParam().spoil(parts);
  const auto path = folder.write("wrong.gguf", parts.bytes());
  EXPECT_THAT(message_of([&] { const GgufFile file(path); }),
              AllOf(HasSubstr(path.string()), HasSubstr(GetParam().named), HasSubstr(GetParam().reason)));
}

std::string text_array(std::uint64_t count, const std::string& elements) {
  return raw(gguf_type::text) + raw(count) + elements;
}

std::vector<Wrong> wrong_structures() {
  return {
      {"BadMagic", [](GgufParts& p) { p.magic = "GGML"; }, "", "is not a GGUF file"},
      {"Version1", [](GgufParts& p) { p.version = 1; }, "", "version 1 cannot be read"},
      {"Version4", [](GgufParts& p) { p.version = 4; }, "", "version 4 cannot be read"},
      {"BigEndian", [](GgufParts& p) { p.version = 0x03000000; }, "", "big-endian"},
      {"TooManyTensors", [](GgufParts& p) { p.num_tensors = INT64_MAX; }, "", "counts in the header are impossible"},
      {"TooManyValues", [](GgufParts& p) { p.num_values = INT64_MAX; }, "", "counts in the header are impossible"},
      {"OneTensorTooMany", [](GgufParts& p) { p.num_tensors = 3; }, "tensor", ""},
      {"DuplicateKey", [](GgufParts& p) { p.values.push_back(p.values[1]); }, "key layers", "comes twice"},
      {"UnknownValueType", [](GgufParts& p) { p.values[1] = gguf_value("layers", 13, raw<std::uint32_t>(30)); },
       "key layers", "unknown type 13"},
      {"UnknownElementType",
       [](GgufParts& p) { p.values[3] = gguf_value("tokens", gguf_type::array, raw(99U) + raw<std::uint64_t>(0)); },
       "key tokens", "unknown type 99"},
      {"ArrayOfArrays",
       [](GgufParts& p) {
         p.values[3] = gguf_value("tokens", gguf_type::array, raw(gguf_type::array) + raw<std::uint64_t>(0));
       },
       "key tokens", "array of arrays"},
      {"LyingNumberArray",
       [](GgufParts& p) {
         p.values[3] = gguf_value("tokens", gguf_type::array, raw(gguf_type::u32) + raw<std::uint64_t>(1ULL << 62));
       },
       "key tokens", "the file ends within"},
      {"LyingTextArray",
       [](GgufParts& p) {
         p.values[3] = gguf_value("tokens", gguf_type::array, text_array(1ULL << 60, gguf_text("a")));
       },
       "key tokens", "the file ends within"},
      {"LyingTextLength",
       [](GgufParts& p) { p.values[0] = gguf_value("general.architecture", gguf_type::text, raw<std::uint64_t>(-1)); },
       "key general.architecture", "the file ends within"},
      {"LyingKeyLength", [](GgufParts& p) { p.values[0] = raw<std::uint64_t>(1ULL << 40) + "key"; }, "a metadata key",
       "the file ends within"},
      {"AlignmentOfAnotherType",
       [](GgufParts& p) { p.values.push_back(gguf_value("general.alignment", gguf_type::text, gguf_text("32"))); },
       "general.alignment", "found text"},
      {"AlignmentZero",
       [](GgufParts& p) { p.values.push_back(gguf_value("general.alignment", gguf_type::u32, raw(0U))); },
       "general.alignment", "power of two"},
      {"AlignmentNoPowerOfTwo",
       [](GgufParts& p) { p.values.push_back(gguf_value("general.alignment", gguf_type::u32, raw(48U))); },
       "general.alignment", "found u32 48"}};
}

std::vector<Wrong> wrong_tensors() {
  const auto matrix = [](const std::vector<std::uint64_t>& ne, std::uint32_t type, std::uint64_t offset) {
    return [=](GgufParts& p) { p.tensors[0] = gguf_tensor("matrix", ne, type, offset); };
  };
  const auto blocks = [](const std::vector<std::uint64_t>& ne, std::uint32_t type, std::uint64_t offset) {
    return [=](GgufParts& p) { p.tensors[1] = gguf_tensor("blocks", ne, type, offset); };
  };
  return {{"UnknownTensorType", matrix({3, 2}, 16, 0), "tensor matrix", "type 16, which cannot be read"},
          {"TooManyDimensions", matrix({1, 1, 1, 1, 6}, 0, 0), "tensor matrix", "5 dimensions"},
          {"NegativeSize", matrix({3, 1ULL << 63}, 0, 0), "tensor matrix", "impossible shape"},
          {"OverflowingShape", matrix({1ULL << 40, 1ULL << 40}, 0, 0), "tensor matrix", "shape is impossible"},
          {"OverflowingBytes", matrix({1ULL << 62}, 0, 0), "tensor matrix", "shape is impossible"},
          {"OverflowingElements", blocks({32, 1ULL << 58}, 8, 32), "tensor blocks", "shape is impossible"},
          {"PartOfABlock", blocks({33, 1}, 8, 32), "tensor blocks", "no multiple of the block of Q8_0"},
          {"QuantisedScalar", blocks({}, 8, 32), "tensor blocks", "no multiple of the block"},
          {"Unaligned", blocks({32, 1}, 8, 33), "tensor blocks", "is not aligned"},
          {"Overlapping", blocks({32, 1}, 8, 0), "tensor", "overlaps another tensor"},
          {"OffsetOutside", blocks({32, 1}, 8, 1ULL << 62), "tensor blocks", "lies outside the file"},
          {"OffsetThatWouldWrapAround", blocks({32, 1}, 8, ~31ULL), "tensor blocks", "lies outside the file"},
          {"EndOutside", blocks({32, 2}, 8, 32), "tensor blocks", "lies outside the file"},
          {"DuplicateTensor",
           [](GgufParts& p) {
             p.tensors[1] = gguf_tensor("matrix", {32, 1}, gguf_type::tensor_q8_0, 32);
           },
           "tensor matrix", "comes twice"}};
}

std::string title_of(const ::testing::TestParamInfo<Wrong>& info) { return info.param.title; }

INSTANTIATE_TEST_SUITE_P(Structure, MalformedGgufTest, ::testing::ValuesIn(wrong_structures()), title_of);
INSTANTIATE_TEST_SUITE_P(Tensors, MalformedGgufTest, ::testing::ValuesIn(wrong_tensors()), title_of);

// The next two parse buffers of exactly the file's size, so that a sanitizer sees a read past their end.

TEST(GgufTest, FileCutAtAnyByteIsRefusedByName) {
  const std::string whole = small_gguf().bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THAT(message_of([&] { (void)parse_gguf(std::as_bytes(std::span(cut)), "cut.gguf"); }), HasSubstr("cut.gguf"))
        << length << " bytes";
  }
}

TEST(GgufTest, DamagedFilesAreReadOrRefusedAndNothingElse) {
  const std::string valid = small_gguf().bytes();
  RandomStream random(7, "damage");
  int read = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<char> bytes(valid.begin(), valid.end());
    const std::uint64_t changes = 1 + random.below(3);
    for (std::uint64_t c = 0; c < changes; ++c)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    try {
      const GgufContent content = parse_gguf(std::as_bytes(std::span(bytes)), "damaged.gguf");
      for (const TensorEntry& entry : content.tensors) {
        if (can_dequantize(entry.type)) (void)floats_of(entry);
      }
      ++read;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged.gguf"));
      ++refused;
    }
  }
  // Both happen: otherwise the loop would prove nothing.
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

TEST(GgufTest, DamagedMetadataIsDecodedOrRefusedAndNothingElse) {
  const TestFolder folder;
  const std::string valid = small_gguf().bytes();
  RandomStream random(9, "damage");
  int decoded = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = valid;
    bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    try {
      const GgufFile file(folder.write("damaged.gguf", bytes));
      for (const auto& [key, value] : file.metadata()) {
        if (value.type != GgufType::array) continue;
        if (value.element == GgufType::text) {
          decoded += static_cast<int>(file.texts(key)->size());
        } else if (value.element != GgufType::boolean && value.element != GgufType::f32) {
          (void)message_of([&] { (void)file.integers(key); });
        }
      }
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged.gguf"));
    }
  }
  EXPECT_GT(decoded, 50);
}

TEST(GgufTest, MissingFileAndFolderAreRefusedByName) {
  const TestFolder folder;
  EXPECT_THAT(message_of([&] { const GgufFile file(folder.path() / "gone.gguf"); }), HasSubstr("gone.gguf"));
  EXPECT_THAT(message_of([&] { const GgufFile file(folder.path()); }), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace at2
