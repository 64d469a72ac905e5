#include "checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/malformed_safetensors.h"
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

TEST(SafetensorsTest, ValidFileIsReadWhole) {
  const TestFolder folder;
  const SafetensorsFile file(folder.write("two.safetensors", two_tensors()));
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
  const SafetensorsFile file(folder.write("order.safetensors", safetensors_bytes(header, eight_bytes())));
  EXPECT_THAT(floats_of(file.tensors().at("z")), ElementsAre(-2.0F));
  EXPECT_EQ(file.tensors().begin()->name, "a");
}

}  // namespace
}  // namespace at2
