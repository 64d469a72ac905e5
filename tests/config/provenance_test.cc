#include "config/provenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

Provenance example() {
  Provenance provenance = begin_provenance();
  provenance.command = "at2 run \"x\"";
  provenance.model = "Llama-3.1-8B";
  provenance.ranks = 2;
  provenance.hosts = {"a", "b"};
  provenance.devices = {"cpu", "cuda:0"};
  provenance.ended = utc_now();
  provenance.datasets = {{"train", "a/*.jsonl", 2, 10, 7, 5, {{"no context", 2}, {"broken JSON", 1}}}};
  provenance.stages = {{"generate", 1.5, 120, 0}, {"evaluate", 2.25, 400, 8}};
  return provenance;
}

TEST(ProvenanceTest, StartsWithVersionCommitHostAndTime) {
  const Provenance provenance = begin_provenance();
  EXPECT_THAT(provenance.version, MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(provenance.commit, MatchesRegex("unknown|[0-9a-f]{40}(-dirty)?"));
  EXPECT_THAT(provenance.started, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
  ASSERT_EQ(provenance.hosts.size(), 1U);
  EXPECT_FALSE(provenance.hosts[0].empty());
}

TEST(ProvenanceTest, ComesBackEqualFromItsFile) {
  const TestFolder folder;
  const auto file = folder.path() / "provenance.json";
  EXPECT_EQ(read_provenance(file), std::nullopt);
  write_provenance(file, begin_provenance());
  write_provenance(file, example());
  EXPECT_EQ(read_provenance(file)->stages, example().stages);
  EXPECT_EQ(to_json(*read_provenance(file))["hosts"], to_json(example())["hosts"]);
  EXPECT_FALSE(std::filesystem::exists(temporary_path(file)));
}

TEST(ProvenanceTest, JsonHasSecondsAndPassesOfEachStage) {
  const auto json = to_json(example());
  EXPECT_EQ(json.at("stages").at(1).at("stage"), "evaluate");
  EXPECT_EQ(json.at("stages").at(1).at("forward_passes"), 400);
  EXPECT_EQ(json.at("stages").at(0).at("seconds"), 1.5);
  EXPECT_EQ(json.begin().key(), "version");
}

TEST(ProvenanceTest, FolderThatIsNotThereAndFileThatIsNotOneAreNamed) {
  const TestFolder folder;
  const auto nowhere = folder.path() / "none" / "provenance.json";
  EXPECT_THAT(message_of([&] { write_provenance(nowhere, example()); }), HasSubstr(nowhere.string()));
  const auto broken = folder.write("broken.json", "{\"version\": 1}");
  EXPECT_THAT(message_of([&] { (void)read_provenance(broken); }), HasSubstr("broken.json is not a provenance file"));
}

}  // namespace
}  // namespace at2
