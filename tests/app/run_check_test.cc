// What at2 verify finds in run folders made by hand.
#include "app/run_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/fingerprints.h"
#include "app/run_folder.h"
#include "store/hdf5_writer.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunCheckTest : public ::testing::Test {
 protected:
  /// Ablations that follow from the responses, one chunk missing.
  RunCheckTest() {
    for (std::int64_t chunk = 0; chunk < 2; ++chunk) {
      run_.add_shard(run_.folder().responses(Split::train), made_up_header("responses", "f00d", chunk, 2, 2));
    }
    for (std::int64_t chunk = 0; chunk < 3; ++chunk) run_.add_shard(run_.folder().ablations(), ablations(chunk));
  }
  ShardHeader ablations(std::int64_t chunk) const {
    return made_up_header("ablations", ablations_fingerprint(run_.options(), "f00d"), chunk, 4, 1);
  }
  RunCheck check() const { return check_run(run_.folder().root()); }
  std::string damage() const {
    std::string text;
    for (const Finding& finding : check().findings) {
      if (finding.weight == Weight::damage) text += finding.what + ": " + finding.what_to_do + "\n";
    }
    return text;
  }
  CheckedPlace place(const std::string& title) const {
    for (const CheckedPlace& place : check().places) {
      if (place.title == title) return place;
    }
    throw std::runtime_error("no place " + title);
  }
  static void flip_bit(const std::filesystem::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(1500);
    const auto byte = static_cast<char>(file.get());
    file.seekp(1500);
    file.put(static_cast<char>(byte ^ 8));
  }

  MadeUpRun run_;
};

TEST_F(RunCheckTest, AnIncompleteRunIsSoundAndSaysWhatIsMissing) {
  EXPECT_TRUE(check().is_sound()) << damage();
  EXPECT_EQ(place("ablate").files, 3);
  EXPECT_EQ(place("ablate").total, 4);
  EXPECT_GT(place("ablate").bytes, 3000);
  EXPECT_THAT(describe(check()),
              AllOf(HasSubstr("note: "), HasSubstr("1 of 4 chunks are missing"), HasSubstr("nothing is damaged")));
}

TEST_F(RunCheckTest, AFlippedBitIsNamedWithWhatToDo) {
  flip_bit(shard_path(run_.folder().ablations(), 1));
  EXPECT_FALSE(check().is_sound());
  EXPECT_EQ(place("ablate").damaged, 1);
  EXPECT_THAT(damage(), AllOf(HasSubstr("chunk-00001.h5 is damaged"), HasSubstr("at2 run "), HasSubstr("--out"),
                              Not(HasSubstr("chunk-00000"))));
  EXPECT_THAT(describe(check()), HasSubstr("NOT everything is as it was written"));
}

TEST_F(RunCheckTest, AShardOfAnotherRunIsNamedWithBothFingerprints) {
  ShardHeader header = ablations(2);
  header.fingerprint = "beef";
  run_.add_shard(run_.folder().ablations(), header);
  EXPECT_THAT(damage(), AllOf(HasSubstr("chunk-00002.h5"), HasSubstr("beef"), HasSubstr(ablations(0).fingerprint)));
}

TEST_F(RunCheckTest, AblationsOfOtherResponsesOrOptionsAreNamed) {
  for (std::int64_t chunk = 0; chunk < 3; ++chunk) {
    ShardHeader header = ablations(chunk);
    header.fingerprint = ablations_fingerprint(run_.options(), "of other responses");
    run_.add_shard(run_.folder().ablations(), header);
  }
  EXPECT_THAT(damage(), HasSubstr("this run wants " + ablations(0).fingerprint));
}

TEST_F(RunCheckTest, AShardUnderAnotherNumberKindOrSchemaIsNamed) {
  std::filesystem::copy_file(shard_path(run_.folder().ablations(), 0), shard_path(run_.folder().ablations(), 3));
  EXPECT_THAT(damage(), HasSubstr("chunk-00003.h5 is not chunk 3 (its header says 0 of 4)"));
  ShardHeader header = ablations(3);
  header.kind = "scores";
  run_.add_shard(run_.folder().ablations(), header);
  EXPECT_THAT(damage(), HasSubstr("its kind is scores"));
  header = ablations(3);
  header.schema_version = 7;
  run_.add_shard(run_.folder().ablations(), header);
  EXPECT_THAT(damage(), HasSubstr("its schema version is 7"));
  header = ablations(3);
  header.device = "cuda";
  run_.add_shard(run_.folder().ablations(), header);
  EXPECT_THAT(damage(), HasSubstr("its device is cuda"));
}

TEST_F(RunCheckTest, ClaimsLeftoversAndFilesSetAsideAreCounted) {
  for (const char* name : {"chunk-00003.claim", "chunk-00003.h5.tmp.1.elsewhere", "chunk-00003.h5.damaged"}) {
    run_.files().write(std::string("run/ablations/") + name, "x");
  }
  EXPECT_EQ(place("ablate").claims, 1);
  EXPECT_EQ(place("ablate").writing, 1) << "a young one of another machine";
  EXPECT_EQ(place("ablate").leftovers, 0);
  EXPECT_EQ(place("ablate").set_aside, 1);
  EXPECT_TRUE(check().is_sound());
}

TEST_F(RunCheckTest, AnEstimatorThatWasNotTrainedOnTheAblationsIsNamed) {
  const auto save = [&](const std::string& fingerprint) {
    EstimatorOrigin origin;
    origin.model_name = "model";
    origin.fingerprint = fingerprint;
    save_estimator(run_.folder().estimator(), ScoreEstimator(2, 2), origin);
  };
  save(estimator_fingerprint(run_.options(), ablations(0).fingerprint));
  EXPECT_THAT(damage(), HasSubstr("training.h5 is missing"));
  Hdf5Writer(run_.folder().training()).commit();
  EXPECT_EQ(damage(), "");
  save("beef");
  EXPECT_THAT(damage(), AllOf(HasSubstr("estimator.h5 does not belong to"), HasSubstr("beef")));
}

TEST_F(RunCheckTest, TextFilesThatCannotBeReadAreNamed) {
  run_.files().write("run/provenance.json", "{\"version\": ");
  run_.files().write("run/examples/train.json", "{");
  EXPECT_THAT(damage(), AllOf(HasSubstr("provenance.json"), HasSubstr("train.json")));
}

}  // namespace
}  // namespace at2
