#include "app/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/file_kind.h"
#include "app/fingerprints.h"
#include "app/inspection_text.h"
#include "app/run_folder.h"
#include "base/deps.h"
#include "config/provenance.h"
#include "support/test_files.h"
#include "train/score_estimator.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string kind_of(const std::filesystem::path& path) { return inspect(path)["kind"].get<std::string>(); }

std::string refusal_of(const std::filesystem::path& path) {
  return message_of([&] { static_cast<void>(inspect(path)); });
}

/// The check of this name. \throws if there is none
Inspection check_named(const Inspection& inspection, const std::string& what) {
  for (const auto& check : inspection.at("checks")) {
    if (check.at("what") == what) return check;
  }
  throw std::runtime_error("no check of " + what + " in " + inspection.dump());
}

TEST(InspectTest, ShardsTellWhatTheyHoldAndWhatTheyDependOn) {
  const MadeUpRun run;
  const auto path = run.add_shard(run.folder().ablations(), made_up_header("ablations", "abc", 2, 4, 1));
  const Inspection inspection = inspect(path);
  EXPECT_EQ(inspection["kind"], "shard");
  EXPECT_EQ(inspection["holds"], "ablations");
  EXPECT_EQ(inspection["fingerprint"], "abc");
  EXPECT_EQ(inspection["chunk"], 2);
  EXPECT_EQ(inspection["chunks_of_the_stage"], 4);
  EXPECT_TRUE(is_sound(inspection)) << inspection.dump(2);
}

TEST(InspectTest, ADamagedShardFailsItsCheckAndACutOneIsRefused) {
  const MadeUpRun run;
  const auto path = run.add_shard(run.folder().ablations(), made_up_header("ablations", "abc", 0, 4, 1));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    // A digit of the checksum.
    constexpr int kPlace = -10;
    file.seekg(kPlace, std::ios::end);
    const char digit = file.get() == '0' ? '1' : '0';
    file.seekp(kPlace, std::ios::end);
    file.put(digit);
  }
  EXPECT_FALSE(check_named(inspect(path), "checksum")["ok"].get<bool>());
  std::filesystem::resize_file(path, 200);
  EXPECT_THAT(refusal_of(path), AllOf(HasSubstr(path.string()), HasSubstr("damaged")));
}

TEST(InspectTest, AFolderOfShardsCountsWhatIsMissingAndFindsStrangers) {
  const MadeUpRun run;
  const auto& folder = run.folder().scores();
  run.add_shard(folder, made_up_header("scores", "abc", 0, 4, schema_version_of("scores")));
  run.add_shard(folder, made_up_header("scores", "abc", 2, 4, schema_version_of("scores")));
  Inspection inspection = inspect(folder);
  EXPECT_EQ(inspection["shards"], 2);
  EXPECT_EQ(inspection["missing"], 2);
  EXPECT_TRUE(is_sound(inspection));
  run.add_shard(folder, made_up_header("scores", "other", 3, 4, schema_version_of("scores")));
  EXPECT_THAT(check_named(inspect(folder), "headers")["detail"].get<std::string>(), HasSubstr("2 fingerprints"));
}

TEST(InspectTest, AnEstimatorOfSeveralFeaturesSaysWhichAHeadIsOf) {
  const TestFolder files;
  const auto path = files.path() / "theta.h5";
  at::Tensor theta = at::full({2, 3, 2}, 0.1);
  theta[1][2][0] = -0.5;
  save_estimator(path, ScoreEstimator(3, 2, theta, {Feature::attention, Feature::value_norm}),
                 {"modelprint", "Tiny", "dolly", "sentence", 32, 10, 20, 100, 0, {}, "print", "9"});
  const Inspection inspection = inspect(path);
  EXPECT_EQ(inspection["features"], (Inspection{"attention", "value_norm"}));
  EXPECT_EQ(inspection["strongest_heads"][0]["layer"], 2);
  EXPECT_EQ(inspection["strongest_heads"][0]["head"], 0);
  EXPECT_EQ(inspection["strongest_heads"][0]["feature"], "value_norm");
}

TEST(InspectTest, AnEstimatorTellsItsModelAndItsStrongestHeads) {
  const TestFolder files;
  const auto path = files.path() / "theta.h5";
  at::Tensor theta = at::full({3, 2}, 0.1);
  theta[2][1] = -0.5;
  save_estimator(path, ScoreEstimator(3, 2, theta),
                 {"modelprint", "Tiny", "dolly", "sentence", 32, 10, 20, 100, 0.3, {0.3, 1}, "print", "9"});
  const Inspection inspection = inspect(path);
  EXPECT_EQ(inspection["kind"], "estimator");
  EXPECT_EQ(inspection["prior_strength"], 0.3);
  EXPECT_EQ(inspection["prior_chosen_of"], (Inspection{0.3, 1}));
  EXPECT_EQ(inspection["for_model"], "Tiny");
  EXPECT_EQ(inspection["model_fingerprint"], "modelprint");
  EXPECT_EQ(inspection["strongest_heads"][0]["layer"], 2);
  EXPECT_EQ(inspection["strongest_heads"][0]["head"], 1);
  EXPECT_NEAR(inspection["strongest_heads"][0]["coefficient"].get<double>(), -0.5, 1e-6);
  EXPECT_THAT(inspection_text(inspection), AllOf(HasSubstr("strongest heads:\n"), HasSubstr("ok     checksum")));
}

TEST(InspectTest, AnEstimatorOfSomeHeadsSaysOfHowMany) {
  const TestFolder files;
  const auto path = files.path() / "theta.h5";
  const EstimatorOrigin origin{"modelprint", "Tiny", "dolly", "sentence", 32, 10, 20, 100, 0, {}, "print", "9"};
  at::Tensor theta = at::zeros({2, 3, 2});
  theta[0][0][1] = 0.5;
  theta[0][2][0] = 0.25;
  theta[1][2][0] = -0.25;
  save_estimator(path, ScoreEstimator(3, 2, theta, {Feature::attention, Feature::value_norm}), origin);
  EXPECT_THAT(inspection_text(inspect(path)), HasSubstr("2 of 6 heads"));
  save_estimator(path, ScoreEstimator(3, 2, at::full({3, 2}, 0.1)), origin);
  EXPECT_THAT(inspection_text(inspect(path)), Not(HasSubstr("of 6 heads")));
}

TEST(InspectTest, TheDefaultModelAndItsEstimatorAreSound) {
  const Inspection model = inspect(default_model_path());
  EXPECT_EQ(model["kind"], "GGUF model");
  EXPECT_EQ(model["layers"], 30);
  EXPECT_EQ(model["tensors"].size(), model["num_tensors"].get<std::size_t>());
  EXPECT_TRUE(is_sound(model));
  const Inspection estimator = inspect(default_estimator_path());
  EXPECT_EQ(estimator["model_fingerprint"], model["fingerprint"]);
  EXPECT_EQ(estimator["theta"]["layers"], model["layers"]);
}

TEST(InspectTest, ModelFoldersAreCheckedPartByPart) {
  const std::filesystem::path golden = std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / "llama3";
  EXPECT_EQ(kind_of(golden / "model.safetensors"), "safetensors file");
  EXPECT_EQ(inspect(golden / "config.json")["model_type"], "llama");
  const Inspection inspection = inspect(golden);
  EXPECT_EQ(inspection["kind"], "Hugging Face model folder");
  EXPECT_TRUE(check_named(inspection, "weights")["ok"].get<bool>());
  const Inspection text = check_named(inspection, "tokenizer and chat template");
  EXPECT_FALSE(text["ok"].get<bool>()) << "this one has no tokenizer";
  EXPECT_THAT(text["detail"].get<std::string>(), HasSubstr("tokenizer.json"));
}

TEST(InspectTest, RunFoldersAndConfigsTellTheirOptions) {
  const MadeUpRun run;
  run.add_shard(run.folder().ablations(), made_up_header("ablations", "abc", 0, 4, 1));
  write_provenance(run.folder().provenance(), begin_provenance());
  const Inspection folder = inspect(run.folder().root());
  EXPECT_EQ(folder["kind"], "run folder");
  EXPECT_EQ(folder["train"], "train.jsonl");
  EXPECT_EQ(folder["made_by"], "at2 " + program_version() + " (" + program_commit() + ")");
  EXPECT_EQ(folder["fingerprints"]["ablate"], "abc");
  EXPECT_TRUE(is_sound(folder)) << folder.dump(2);
  const Inspection config = inspect(run.folder().config());
  EXPECT_EQ(config["kind"], "config");
  EXPECT_EQ(config["resolved"]["data.train.format"], "dolly");
  EXPECT_FALSE(check_named(config, "model")["ok"].get<bool>()) << "there is no such model";
  EXPECT_EQ(kind_of(run.folder().provenance()), "provenance of a run");
}

TEST(InspectTest, DataSetsAreKnownByTheirKeysAndCounted) {
  const TestFolder files;
  const auto own =
      files.write("own.jsonl",
                  "{\"query\": \"Who?\", \"context\": \"Ann did.\"}\n"
                  "{\"query\": \"When?\", \"documents\": [\"In 1902.\", \"Or later.\"], \"response\": \"1902.\"}\n");
  Inspection inspection = inspect(own);
  EXPECT_EQ(inspection["format"], "jsonl");
  EXPECT_EQ(inspection["records"], 2);
  EXPECT_EQ(inspection["with_a_response"], 1);
  EXPECT_TRUE(is_sound(inspection));
  EXPECT_EQ(inspect("data/samples/dolly_heldout.jsonl")["format"], "dolly");
  EXPECT_EQ(inspect("data/samples/hotpotqa_heldout.json")["format"], "hotpotqa");
  const auto broken = files.write("broken.jsonl", "{\"query\": \"Who?\", \"context\": \"Ann did.\"}\n{\"query\": \n");
  inspection = inspect(broken);
  EXPECT_EQ(inspection["faulty"], 1);
  EXPECT_THAT(inspection["first_faulty"][0].get<std::string>(), HasSubstr("broken.jsonl:2"));
  EXPECT_FALSE(is_sound(inspection));
}

TEST(InspectTest, AnswersOfAttributeAreCompared) {
  const TestFolder files;
  const std::string head =
      "{\"model\": \"m\", \"response\": \"It is.\", \"documents\": [], \"sources\": [{}, {}], \"targets\": [{}], ";
  EXPECT_TRUE(is_sound(inspect(files.write("a.json", head + "\"scores\": {\"at2\": [[1, 2]]}}"))));
  EXPECT_FALSE(is_sound(inspect(files.write("b.json", head + "\"scores\": {\"at2\": [[1]]}}"))));
}

struct Stranger {
  std::string name;
  std::string content;
  std::string seems;
};

class StrangerTest : public ::testing::TestWithParam<Stranger> {};

TEST_P(StrangerTest, IsRefusedWithWhatItSeemsToBe) {
  const TestFolder files;
  const auto path = files.write(GetParam().name, GetParam().content);
  EXPECT_THAT(refusal_of(path), AllOf(HasSubstr(path.string()), HasSubstr(GetParam().seems)));
}

INSTANTIATE_TEST_SUITE_P(
    Files, StrangerTest,
    ::testing::Values(Stranger{"empty.h5", "", "0 bytes"}, Stranger{"paper.pdf", "%PDF-1.7\n", "a PDF document"},
                      Stranger{"model.gguf", "<!DOCTYPE html><html>", "web page"},
                      Stranger{"model.bin", std::string("PK\x03\x04zip", 7), "zip archive"},
                      Stranger{"model.safetensors", "version https://git-lfs.github.com/spec/v1\n", "Git LFS"},
                      Stranger{"rows.parquet", "PAR1xxxx", "Parquet"},
                      Stranger{"noise", std::string("\x01\x00\x02\x03", 4), "binary"},
                      Stranger{"notes.txt", "The lighthouse was built in 1874.", "a text"},
                      Stranger{"cut.json", "{\"methods\": [1, 2", "is broken"},
                      Stranger{"cut.gguf", std::string("GGUF\x03\x00\x00\x00", 8), "cut.gguf"},
                      Stranger{"wrong.yaml", "sed: 2\n", "did you mean seed?"}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

TEST(InspectTest, FoldersOfOtherThingsAreRefused) {
  const TestFolder files;
  EXPECT_THAT(refusal_of(files.path()), HasSubstr("the folder is empty"));
  files.write("runs/a/config.yaml", "seed: 1\n");
  EXPECT_THAT(refusal_of(files.path() / "runs"), HasSubstr("folder of run folders"));
  EXPECT_THAT(refusal_of(files.path() / "nowhere"), HasSubstr("no such file"));
}

TEST(InspectTest, OtherProgramsHdf5FilesAreNamed) {
  const TestFolder files;
  Hdf5Writer writer(files.path() / "other.h5");
  writer.write("weights", at::zeros({2}));
  writer.commit();
  EXPECT_THAT(refusal_of(files.path() / "other.h5"), AllOf(HasSubstr("another program"), HasSubstr("weights")));
}

TEST(InspectionTextTest, TablesAreCutAndSizesAreReadable) {
  Inspection inspection = {{"path", "a"}, {"bytes", 1234567}, {"heads_of_it", nullptr}};
  for (int i = 0; i < 20; ++i) inspection["rows"].push_back({{"name", "n" + std::to_string(i)}, {"shape", {i, 2}}});
  const std::string text = inspection_text(inspection);
  EXPECT_THAT(text,
              AllOf(HasSubstr("1.23 MB"), HasSubstr("heads of it"), HasSubstr("11 x 2"), HasSubstr("and 8 more")));
  EXPECT_EQ(text.find("n12"), std::string::npos);
}

}  // namespace
}  // namespace at2
