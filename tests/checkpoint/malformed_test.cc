// Files of every format that must be refused, with what the message must say; whole files cut and damaged at random;
// and the inputs that the fuzzers of tests/fuzz found worth keeping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/random.h"
#include "checkpoint/malformed_gguf.h"
#include "checkpoint/malformed_safetensors.h"
#include "checkpoint/read_everything.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

const char* const index_name = "model.safetensors.index.json";

/// Parses a buffer of exactly the file's size, so that a sanitizer sees a read past its end.
Amount read_copy(std::string_view bytes, const std::string& name) {
  const std::vector<char> exact(bytes.begin(), bytes.end());
  return read_everything(std::as_bytes(std::span(exact)), name);
}

class MalformedFileTest : public ::testing::TestWithParam<MalformedFile> {};

TEST_P(MalformedFileTest, MessageNamesFileCulpritAndReason) {
  const MalformedFile& file = GetParam();
  EXPECT_THAT(message_of([&] { (void)read_copy(file.bytes, "folder/" + file.name); }),
              AllOf(HasSubstr("folder/" + file.name), HasSubstr(file.named), HasSubstr(file.reason)));
}

std::string title_of(const ::testing::TestParamInfo<MalformedFile>& info) { return info.param.title; }

INSTANTIATE_TEST_SUITE_P(GgufStructure, MalformedFileTest, ::testing::ValuesIn(malformed_gguf(wrong_structures())),
                         title_of);
INSTANTIATE_TEST_SUITE_P(GgufTensors, MalformedFileTest, ::testing::ValuesIn(malformed_gguf(wrong_tensors())),
                         title_of);
INSTANTIATE_TEST_SUITE_P(SafetensorsHeader, MalformedFileTest,
                         ::testing::ValuesIn(malformed("wrong.safetensors", wrong_headers())), title_of);
INSTANTIATE_TEST_SUITE_P(SafetensorsTensors, MalformedFileTest,
                         ::testing::ValuesIn(malformed("wrong.safetensors", wrong_descriptions())), title_of);
INSTANTIATE_TEST_SUITE_P(Index, MalformedFileTest, ::testing::ValuesIn(malformed(index_name, wrong_indices())),
                         title_of);

/// A valid file of each format.
std::vector<std::pair<std::string, std::string>> valid_files() {
  return {{"valid.gguf", small_gguf().bytes()},
          {"valid.safetensors", two_tensors()},
          {index_name, R"({"metadata":{"total_size":8},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})"}};
}

TEST(MalformedFilesTest, FileCutAtAnyByteIsRefusedByName) {
  for (const auto& [name, whole] : valid_files()) {
    (void)read_copy(whole, name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_THAT(message_of([&, &file = name, &all = whole] { (void)read_copy(all.substr(0, length), file); }),
                  HasSubstr(name))
          << length << " bytes";
    }
  }
}

TEST(MalformedFilesTest, DamagedFileIsReadOrRefusedByNameAndNothingElse) {
  for (const auto& [name, whole] : valid_files()) {
    RandomStream random(7, name);
    int read = 0;
    int refused = 0;
    for (int round = 0; round < 20000; ++round) {
      std::string bytes = whole;
      const std::uint64_t changes = 1 + random.below(3);
      for (std::uint64_t c = 0; c < changes; ++c)
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
      try {
        (void)read_copy(bytes, name);
        ++read;
      } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr(name));
        ++refused;
      }
    }
    // Both happen: otherwise the loop would prove nothing.
    EXPECT_GT(read, 100) << name;
    EXPECT_GT(refused, 100) << name;
  }
}

/// Few inputs of those that the fuzzers kept, which together reach nearly all the code that the fuzzers reached.
class FuzzCorpusTest : public ::testing::Test {
 protected:
  SafetensorsFile corpus_{std::filesystem::path(AT2_GOLDEN_DIR) / "checkpoint" / "fuzz_corpus.safetensors"};
};

TEST_F(FuzzCorpusTest, EveryInputIsReadOrRefusedByNameAndNothingElse) {
  std::map<std::string, int> read;
  std::map<std::string, int> refused;
  for (const TensorEntry& input : corpus_.tensors()) {
    const std::string_view bytes(reinterpret_cast<const char*>(input.bytes.data()), input.bytes.size());
    for (const std::string name : {"fuzz.gguf", "fuzz.safetensors", "fuzz.json"}) {
      try {
        (void)read_copy(bytes, name);
        ++read[name];
      } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr(name)) << input.name;
        ++refused[name];
      }
    }
  }
  for (const std::string name : {"fuzz.gguf", "fuzz.safetensors", "fuzz.json"}) {
    EXPECT_GT(read[name], 0) << name;
    EXPECT_GT(refused[name], 0) << name;
  }
}

}  // namespace
}  // namespace at2
