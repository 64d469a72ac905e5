#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/file_builders.h"
#include "checkpoint/safetensors.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* index_name = "model.safetensors.index.json";

/// A file with one tensor of one number.
std::string shard(const std::string& name, float number) {
  return safetensors_bytes("{" + described(name, "F32", "[1]", 0, 4) + "}", raw(number));
}

/// A folder whose index maps tensor "a" to one.safetensors and "b" to two.safetensors, with both shards.
class ShardsTest : public ::testing::Test {
 protected:
  ShardsTest() {
    write("one.safetensors", shard("a", 1));
    write("two.safetensors", shard("b", 2));
    write(index_name, R"({"metadata":{"total_size":8},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})");
  }
  void write(const std::string& name, const std::string& content) { (void)folder_.write(name, content); }

  [[nodiscard]] std::string message() const {
    return message_of([&] { const SafetensorsModel model(folder_.path()); });
  }
  [[nodiscard]] float number(const SafetensorsModel& model, const std::string& name) const {
    float value = 0;
    dequantize(model.tensors().at(name), {&value, 1});
    return value;
  }

  TestFolder folder_;
};

TEST_F(ShardsTest, TensorsOfAllShardsAreInOneTable) {
  const SafetensorsModel model(folder_.path());
  ASSERT_EQ(model.tensors().size(), 2U);
  EXPECT_EQ(number(model, "a"), 1);
  EXPECT_EQ(number(model, "b"), 2);
  EXPECT_THAT(model.files(), ElementsAre(folder_.path() / index_name, folder_.path() / "one.safetensors",
                                         folder_.path() / "two.safetensors"));
}

TEST_F(ShardsTest, ViewsSurviveMovingTheModel) {
  SafetensorsModel first(folder_.path());
  const SafetensorsModel second = std::move(first);
  EXPECT_EQ(number(second, "a"), 1);
  EXPECT_EQ(number(second, "b"), 2);
}

TEST_F(ShardsTest, SingleFileComesBeforeTheIndex) {
  write("model.safetensors", shard("only", 3));
  const SafetensorsModel model(folder_.path());
  ASSERT_EQ(model.tensors().size(), 1U);
  EXPECT_EQ(number(model, "only"), 3);
  EXPECT_THAT(model.files(), ElementsAre(folder_.path() / "model.safetensors"));
}

TEST_F(ShardsTest, LinksOutOfTheFolderAreFollowed) {
  const TestFolder blobs;
  const auto blob = blobs.write("blob", shard("a", 5));
  std::filesystem::remove(folder_.path() / "one.safetensors");
  std::filesystem::create_symlink(blob, folder_.path() / "one.safetensors");
  EXPECT_EQ(number(SafetensorsModel(folder_.path()), "a"), 5);
}

TEST_F(ShardsTest, TensorsThatTheIndexDoesNotListAreLeftOut) {
  write(index_name, R"({"weight_map":{"b":"two.safetensors"}})");
  const SafetensorsModel model(folder_.path());
  EXPECT_EQ(model.tensors().find("a"), nullptr);
  EXPECT_EQ(number(model, "b"), 2);
}

TEST_F(ShardsTest, MissingShardIsNamed) {
  std::filesystem::remove(folder_.path() / "two.safetensors");
  EXPECT_THAT(message(), AllOf(HasSubstr((folder_.path() / "two.safetensors").string() + " is missing"),
                               HasSubstr(index_name), HasSubstr("tensor b")));
}

TEST_F(ShardsTest, BrokenShardIsNamed) {
  write("two.safetensors", shard("b", 2).substr(0, 20));
  EXPECT_THAT(message(), HasSubstr((folder_.path() / "two.safetensors").string()));
}

TEST_F(ShardsTest, ListedTensorThatIsAbsentIsNamed) {
  write("two.safetensors", shard("c", 2));
  EXPECT_THAT(message(), AllOf(HasSubstr("two.safetensors: tensor b is missing"), HasSubstr(index_name)));
}

TEST_F(ShardsTest, TensorInAnotherShardThanListedIsNamed) {
  write(index_name, R"({"weight_map":{"a":"two.safetensors","b":"one.safetensors"}})");
  EXPECT_THAT(message(), AllOf(HasSubstr("two.safetensors: tensor a is missing"), HasSubstr(index_name)));
}

TEST_F(ShardsTest, TensorInTwoShardsIsNamedWithBoth) {
  write("two.safetensors", shard("a", 2));
  EXPECT_THAT(message(),
              AllOf(HasSubstr("tensor a comes twice"), HasSubstr("one.safetensors"), HasSubstr("two.safetensors")));
}

TEST_F(ShardsTest, IndexThatNamesItselfAsShardIsRefused) {
  write(index_name, R"({"weight_map":{"a":"model.safetensors.index.json"}})");
  EXPECT_THAT(message(), AllOf(HasSubstr((folder_.path() / index_name).string()), HasSubstr("the shard of tensor a")));
}

TEST_F(ShardsTest, IndexUnderAnotherNameIsNoShard) {
  std::filesystem::copy_file(folder_.path() / index_name, folder_.path() / "copy.json");
  write(index_name, R"({"weight_map":{"a":"copy.json"}})");
  EXPECT_THAT(message(), AllOf(HasSubstr("copy.json is not a safetensors file")));
}

TEST_F(ShardsTest, ShardThatIsAFolderIsNamed) {
  std::filesystem::remove(folder_.path() / "one.safetensors");
  std::filesystem::create_directory(folder_.path() / "one.safetensors");
  EXPECT_THAT(message(),
              AllOf(HasSubstr((folder_.path() / "one.safetensors").string()), HasSubstr("not a regular file")));
}

TEST_F(ShardsTest, LinksThatGoRoundInACircleAreNamed) {
  for (const char* name : {"one.safetensors", "model.safetensors"}) {
    std::filesystem::remove(folder_.path() / name);
    std::filesystem::create_symlink(name, folder_.path() / name);
    EXPECT_THAT(message(), AllOf(HasSubstr((folder_.path() / name).string()), HasSubstr("symbolic links")));
  }
}

TEST_F(ShardsTest, ShardNameThatNoFileSystemHoldsIsNamed) {
  write(index_name, R"({"weight_map":{"a":")" + std::string(5000, 'x') + "\"}}");
  EXPECT_THAT(message(), AllOf(HasSubstr("xxx"), HasSubstr("name too long")));
}

TEST_F(ShardsTest, LinkToNowhereIsNamedAsMissing) {
  std::filesystem::remove(folder_.path() / "one.safetensors");
  std::filesystem::create_symlink("nowhere", folder_.path() / "one.safetensors");
  EXPECT_THAT(message(), HasSubstr("one.safetensors is missing"));
}

TEST(SafetensorsModelTest, FolderWithoutWeightsSaysWhatIsThere) {
  const TestFolder folder;
  const auto message = [](const std::filesystem::path& path) {
    return message_of([&] { const SafetensorsModel model(path); });
  };
  EXPECT_THAT(message(folder.path()), AllOf(HasSubstr(folder.path().string()), HasSubstr("has no weights")));
  (void)folder.write("pytorch_model.bin", "x");
  EXPECT_THAT(message(folder.path()), HasSubstr("pytorch_model.bin cannot be read"));
  EXPECT_THAT(message(folder.path() / "gone"), AllOf(HasSubstr("gone"), HasSubstr("No such file")));
}

}  // namespace
}  // namespace at2
