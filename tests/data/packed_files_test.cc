// Plain, gzip and zstd files, folders and patterns of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "data/byte_source.h"
#include "data/data_files.h"
#include "data/read_text.h"
#include "data/text_input.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// With a checksum, as the program zstd writes it.
std::string zstd(const std::string& text) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress2(context.get(), packed.data(), packed.size(), text.data(), text.size()));
  return packed;
}

/// A skippable frame, as parallel zstd writes one before each frame.
std::string skippable() { return std::string("\x50\x2A\x4D\x18\x04\x00\x00\x00", 8) + "size"; }

std::string read_all(const std::filesystem::path& path) {
  TextInput input(path);
  std::string text;
  for (int byte = input.get(); byte != TextInput::kEnd; byte = input.get()) text.push_back(static_cast<char>(byte));
  return text;
}

/// More than the buffers of any library, and not all alike.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += std::to_string(i * 7919 % 100003) + "\n";
  return text;
}

TEST(PackedFileTest, PlainGzipAndZstdGiveTheSameBytesWhateverTheirName) {
  const TestFolder folder;
  const std::string text = long_text();
  EXPECT_EQ(read_all(folder.write("a.zst", text)), text);
  EXPECT_EQ(read_all(folder.write("b", gzip(text))), text);
  EXPECT_EQ(read_all(folder.write("c", zstd(text))), text);
}

TEST(PackedFileTest, SeveralPartsAreReadToTheEnd) {
  const TestFolder folder;
  const std::string text = long_text();
  EXPECT_EQ(read_all(folder.write("a", gzip(text) + gzip("") + gzip("tail"))), text + "tail");
  EXPECT_EQ(read_all(folder.write("b", zstd(text) + zstd("") + zstd("tail"))), text + "tail");
  EXPECT_EQ(read_all(folder.write("c", skippable() + zstd("x") + skippable() + zstd("y"))), "xy");
}

TEST(PackedFileTest, CutAndDamagedFilesAreRefused) {
  const TestFolder folder;
  const std::string text = long_text();
  for (const std::string& packed : {gzip(text), zstd(text)}) {
    const auto cut = folder.write("cut", packed.substr(0, packed.size() / 2));
    EXPECT_THAT(message_of([&] { (void)read_all(cut); }), HasSubstr("it is incomplete"));
    std::string spoilt = packed;
    for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 64; ++i) spoilt[i] = static_cast<char>(~spoilt[i]);
    const auto damaged = folder.write("damaged", spoilt);
    EXPECT_THAT(message_of([&] { (void)read_all(damaged); }), HasSubstr("damaged: fetch the file again"));
  }
  const auto cut_late = folder.write("late", gzip(text).substr(0, gzip(text).size() - 4));
  EXPECT_THAT(message_of([&] { (void)read_all(cut_late); }), HasSubstr("it is incomplete"));
}

TEST(PackedFileTest, OtherFormatsAreNamed) {
  const TestFolder folder;
  const auto message = [&folder](const std::string& bytes) {
    const auto file = folder.write("x.jsonl", bytes + std::string(10, '\0'));
    return message_of([&] { (void)open_bytes(file); });
  };
  EXPECT_THAT(message("PAR1"), HasSubstr("x.jsonl is a Parquet file"));
  EXPECT_THAT(message("PK\x03\x04"), HasSubstr("is a zip file"));
  EXPECT_THAT(message("BZh9"), HasSubstr("is a bzip2 file"));
  EXPECT_THAT(message("\xFD"
                      "7zXZ"),
              HasSubstr("is an xz file"));
  EXPECT_THAT(message_of([&] { (void)open_bytes(folder.path()); }), HasSubstr("is not a regular file"));
}

TEST(TextInputTest, LinesAreCountedAndEndWithTheFile) {
  const TestFolder folder;
  TextInput input(folder.write("a",
                               "\xEF\xBB\xBF"
                               "one\n\nthree"));
  std::string line;
  EXPECT_EQ(input.line(), 1);
  EXPECT_TRUE(input.get_line(line));
  EXPECT_EQ(line, "one");
  EXPECT_TRUE(input.get_line(line));
  EXPECT_EQ(line, "");
  EXPECT_EQ(input.line(), 3);
  EXPECT_TRUE(input.get_line(line));
  EXPECT_EQ(line, "three");
  EXPECT_FALSE(input.get_line(line));
  EXPECT_EQ(input.get(), TextInput::kEnd);
}

TEST(TextInputTest, ALineMayBeLongerThanTheBuffer) {
  const TestFolder folder;
  TextInput input(folder.write("a", std::string(300000, 'x') + "\ny\n"));
  std::string line;
  EXPECT_TRUE(input.get_line(line));
  EXPECT_EQ(line.size(), 300000U);
  EXPECT_TRUE(input.get_line(line));
  EXPECT_EQ(line, "y");
  EXPECT_FALSE(input.get_line(line));
}

std::string line_of(const std::string& question) {
  return R"({"instruction": ")" + question +
         R"(", "context": "c"})"
         "\n";
}

class ShardsTest : public ::testing::Test {
 protected:
  ShardsTest() {
    folder_.write("set/part-2.jsonl.gz", gzip(line_of("q2") + line_of("q3")));
    folder_.write("set/part-1.jsonl", line_of("q1"));
    folder_.write("set/part-3.jsonl.zst", zstd(line_of("q4")));
    folder_.write("set/README.md", "About the set.");
    folder_.write("set/.hidden", "x");
    folder_.write("set/other/part-9.jsonl", line_of("q9"));
  }
  std::vector<std::string> ids(const std::string& path) {
    DatasetOptions options;
    options.path = (folder_.path() / path).string();
    return ids_of(read_examples(options, {}, report_));
  }
  TestFolder folder_;
  ReadReport report_;
};

TEST_F(ShardsTest, AFolderIsItsFilesInOrder) {
  EXPECT_THAT(ids("set"), ElementsAre("dolly-part-1-1", "dolly-part-2-1", "dolly-part-2-2", "dolly-part-3-1"));
  EXPECT_EQ(report_.files, 3);
  EXPECT_EQ(report_.read, 4);
}

TEST_F(ShardsTest, APatternIsTheFilesThatMatch) {
  EXPECT_THAT(ids("set/part-[23]*"), ElementsAre("dolly-part-2-1", "dolly-part-2-2", "dolly-part-3-1"));
  EXPECT_THAT(ids("set/*.jsonl"), ElementsAre("dolly-1")) << "one file: no name is needed";
  EXPECT_THAT(message_of([this] { (void)ids("set/*.csv"); }), HasSubstr("neither a file, a folder, nor a pattern"));
}

TEST_F(ShardsTest, SignsOfAPatternMayBePartOfAName) {
  folder_.write("a[1]*.jsonl", line_of("q"));
  EXPECT_THAT(ids("a[1]*.jsonl"), ElementsAre("dolly-1"));
}

TEST_F(ShardsTest, AnEmptyOrMissingShardIsNamed) {
  folder_.write("set/part-4.jsonl", "\n");
  EXPECT_THAT(message_of([this] { (void)ids("set"); }), HasSubstr("part-4.jsonl is empty"));
  std::filesystem::create_directory(folder_.path() / "none");
  EXPECT_THAT(message_of([this] { (void)ids("none"); }), HasSubstr("none has no files"));
}

TEST_F(ShardsTest, FaultsNameTheirShard) {
  folder_.write("set/part-2.jsonl.gz", gzip(line_of("q2") + "{\n"));
  DatasetOptions options;
  options.path = (folder_.path() / "set").string();
  (void)read_examples(options, {.max_bad_fraction = 1}, report_);
  EXPECT_THAT(report_.first_bad, ElementsAre(HasSubstr("part-2.jsonl.gz:2: broken JSON")));
}

}  // namespace
}  // namespace at2
