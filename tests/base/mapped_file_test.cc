#include "base/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "base/errors.h"
#include "base/hash.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::string refusal_of(const std::filesystem::path& path) {
  return message_of([&] { const MappedFile file(path); });
}

TEST(MappedFileTest, BytesAreThoseOfTheFile) {
  const TestFolder folder;
  const std::string content = std::string("one\0two", 7);
  const MappedFile file(folder.write("some", content));
  EXPECT_EQ(text_of(file), content);
  EXPECT_EQ(file.path(), folder.path() / "some");
}

TEST(MappedFileTest, EmptyFileHasNoBytes) {
  const TestFolder folder;
  EXPECT_TRUE(MappedFile(folder.write("empty", "")).bytes().empty());
}

TEST(MappedFileTest, MovingKeepsTheAddress) {
  const TestFolder folder;
  MappedFile first(folder.write("first", "first"));
  const auto* address = first.bytes().data();
  MappedFile second(std::move(first));
  EXPECT_EQ(second.bytes().data(), address);
  MappedFile third(folder.write("third", "third"));
  third = std::move(second);
  EXPECT_EQ(third.bytes().data(), address);
  EXPECT_EQ(text_of(third), "first");
  EXPECT_EQ(third.path().filename(), "first");
}

TEST(MappedFileTest, MissingFileIsNamedWithTheReason) {
  const TestFolder folder;
  const auto path = folder.path() / "gone";
  EXPECT_THAT(refusal_of(path), AllOf(HasSubstr(path.string()), HasSubstr("No such file")));
}

TEST(MappedFileTest, FolderIsRefused) {
  const TestFolder folder;
  EXPECT_THAT(refusal_of(folder.path()), AllOf(HasSubstr(folder.path().string()), HasSubstr("not a regular file")));
}

TEST(MappedFileTest, PipeIsRefusedWithoutWaitingForItsWriter) {
  const TestFolder folder;
  const auto path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(refusal_of(path), AllOf(HasSubstr(path.string()), HasSubstr("not a regular file")));
}

TEST(FingerprintFileTest, IsTheFingerprintOfTheContent) {
  const TestFolder folder;
  EXPECT_EQ(fingerprint_file(folder.write("some", "content")), fingerprint("content"));
  EXPECT_EQ(fingerprint_file(folder.write("empty", "")), fingerprint(""));
  EXPECT_THROW((void)fingerprint_file(folder.path() / "gone"), UserError);
}

}  // namespace
}  // namespace at2
