#include "base/json_depth.h"

#include <gtest/gtest.h>

#include <string>

namespace at2 {
namespace {

TEST(JsonDepthTest, CountsBracketsOutsideOfTexts) {
  EXPECT_FALSE(is_json_deeper_than(R"({"a": [1, {"b": 2}], "c": [[]]})", 3));
  EXPECT_TRUE(is_json_deeper_than(R"({"a": [1, {"b": 2}], "c": [[]]})", 2));
  EXPECT_FALSE(is_json_deeper_than(R"({"a": "[[[[\"[[[[", "[[": "{{\\"})", 1));
  EXPECT_FALSE(is_json_deeper_than("[][][][]", 1));
  EXPECT_TRUE(is_json_deeper_than(std::string(1000000, '['), kDeepestJson));
}

}  // namespace
}  // namespace at2
