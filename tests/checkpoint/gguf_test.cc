#include "checkpoint/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/file_builders.h"
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

TEST(GgufTest, MissingFileAndFolderAreRefusedByName) {
  const TestFolder folder;
  EXPECT_THAT(message_of([&] { const GgufFile file(folder.path() / "gone.gguf"); }), HasSubstr("gone.gguf"));
  EXPECT_THAT(message_of([&] { const GgufFile file(folder.path()); }), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace at2
