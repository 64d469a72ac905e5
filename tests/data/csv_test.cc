#include "data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "data/python_list.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::string& text) {
  const TestFolder folder;
  TextInput file(folder.write("a.csv", text));
  Rows rows;
  while (const auto row = read_csv_row(file)) rows.push_back(row->fields);
  return rows;
}

TEST(CsvTest, PlainAndQuotedFields) {
  EXPECT_EQ(rows_of("a,b\r\n,\r\n\"x, \"\"y\"\"\n\",2"), (Rows{{"a", "b"}, {"", ""}, {"x, \"y\"\n", "2"}}));
  EXPECT_EQ(rows_of("\n\na\n\n\"\"\n"), (Rows{{"a"}, {""}}));
  EXPECT_EQ(rows_of("a \"b\" c,d\n"), (Rows{{"a \"b\" c", "d"}})) << "a quote inside a plain field is a character";
  EXPECT_EQ(rows_of(""), Rows{});
}

TEST(CsvTest, RowsKnowTheirLineAndWhetherTheyAreBroken) {
  const TestFolder folder;
  TextInput file(folder.write("a.csv", "\"1\n2\",x\n\"3\" 4,y\n5,z\n"));
  const auto first = read_csv_row(file);
  const auto second = read_csv_row(file);
  const auto third = read_csv_row(file);
  EXPECT_EQ(first->line, 1);
  EXPECT_FALSE(first->broken);
  EXPECT_EQ(second->line, 3);
  EXPECT_TRUE(second->broken);
  EXPECT_THAT(third->fields, ElementsAre("5", "z"));
}

TEST(CsvTest, AnOpenQuoteIsNamedByItsLine) {
  EXPECT_THAT(message_of([] { (void)rows_of("a\nb,\"c\nd"); }), HasSubstr("the quote on line 2 is not closed"));
}

TEST(PythonListTest, TextsAndWords) {
  EXPECT_THAT(parse_python_list(R"([])"), ElementsAre());
  EXPECT_THAT(parse_python_list(R"( ['a', "it's", 'x, [y]', 1.0, nan,-3 ,] )"),
              ElementsAre("a", "it's", "x, [y]", "1.0", "nan", "-3"));
  EXPECT_THAT(parse_python_list(R"(['\'\"\\\n', '\xe4\u20ac\U0001f9c0', 'Käse'])"),
              ElementsAre("'\"\\\n", "ä€🧀", "Käse"));
}

TEST(PythonListTest, AnythingElseIsRefused) {
  for (const char* text :
       {"", "[", "['a'", "['a' 'b']", "['a]", "['a\\", "[,]", "[] x", "('a',)", R"(['\ud800'])", R"(['\x4'])"}) {
    EXPECT_THROW((void)parse_python_list(text), RecordError) << text;
  }
}

}  // namespace
}  // namespace at2
