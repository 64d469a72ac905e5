// Results from run folders alone, theta from elsewhere, and runs that share what they have in common.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "store/hdf5_reader.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::CommandResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::run_command;
using testing::TinyRun;

json json_of(const fs::path& path) {
  std::ifstream file(path);
  return json::parse(file);
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> keys_of(const json& metrics) {
  std::vector<std::string> keys;
  for (const json& row : metrics["methods"])
    keys.push_back(row["key"].get<std::string>() + " " + row["sources"].get<std::string>());
  return keys;
}

json row_of(const json& metrics, const std::string& key, const std::string& sources) {
  for (const json& row : metrics["methods"]) {
    if (row["key"] == key && row["sources"] == sources) return row;
  }
  return nullptr;
}

CommandResult at2(const TinyRun& tiny, const std::string& arguments) {
  return run_command("cd " + tiny.path().string() + " && " + AT2_PROGRAM + " " + arguments);
}

/// Takes away everything that a run was made from.
void remove_origins(const TinyRun& tiny) {
  for (const char* name : {"model", "train.jsonl", "evaluation.jsonl"}) fs::remove_all(tiny.path() / name);
}

TEST(ReportAgainTest, NeedsNeitherModelNorData) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const std::string metrics = text_of(tiny.path() / "out/metrics.json");
  const std::string page = text_of(tiny.path() / "out/report.html");
  remove_origins(tiny);
  for (const char* name : {"metrics.json", "report.html", "tables", "figures"})
    fs::remove_all(tiny.path() / "out" / name);
  const CommandResult again = tiny.run("report", 2, "out");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(text_of(tiny.path() / "out/metrics.json"), metrics);
  EXPECT_EQ(text_of(tiny.path() / "out/report.html"), page);
}

/// What the page's browser of examples reads.
json examples_of(const std::string& page) {
  const std::string start = "id=\"examples-data\">";
  const std::size_t begin = page.find(start) + start.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(ReportAgainTest, ThePageHasWhatWasMeasuredOnEachExample) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const std::string page = text_of(tiny.path() / "out/report.html");
  EXPECT_THAT(page, HasSubstr("build/at2 run config.yaml --out runs/"));
  EXPECT_THAT(page, HasSubstr("Fingerprint of the model"));
  const json run = examples_of(page);
  ASSERT_EQ(run["examples"].size(), json_of(tiny.path() / "out/metrics.json")["counts"]["evaluation_examples"]);
  const json target = run["examples"][0]["kinds"][1]["targets"][0];
  EXPECT_EQ(target["methods"].size(), 6U);
  EXPECT_EQ(target["methods"][0][3].size(), 4U) << "k and drop, for k of 1 and 3";
  ASSERT_EQ(target["effects"].size(), run["examples"][0]["kinds"][1]["sources"].size());
  // Effects are the scores of leave-one-out, also where that is not shown.
  ASSERT_EQ(tiny.run("report", 0, "out", "--set evaluate.methods=[at2]").exit_code, 0);
  const json fewer = examples_of(text_of(tiny.path() / "out/report.html"))["examples"][0]["kinds"][1]["targets"][0];
  EXPECT_EQ(fewer["methods"].size(), 1U);
  EXPECT_TRUE(fewer.contains("effects"));
}

TEST(ReportAgainTest, ShowsAnySubsetOfWhatWasMeasured) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const json all = json_of(tiny.path() / "out/metrics.json");
  const std::string config = text_of(tiny.path() / "out/config.yaml");
  remove_origins(tiny);
  const CommandResult subset =
      tiny.run("report", 0, "out",
               "--set evaluate.methods=[esm,at2] --set evaluate.esm_ablations=[8] --set evaluate.top_k=[3] "
               "--set evaluate.sources=[sentence] --set report.interval=0.5 --set data.evaluation.title=Boxes");
  ASSERT_EQ(subset.exit_code, 0) << subset.output;
  const json some = json_of(tiny.path() / "out/metrics.json");
  EXPECT_THAT(keys_of(some), ElementsAre("esm_8 sentence", "at2 sentence"));
  const json drops = row_of(some, "at2", "sentence")["top_k_drop"];
  EXPECT_EQ(drops.size(), 1U);
  EXPECT_EQ(drops["3"]["mean"], row_of(all, "at2", "sentence")["top_k_drop"]["3"]["mean"]);
  EXPECT_GT(drops["3"]["low"], row_of(all, "at2", "sentence")["top_k_drop"]["3"]["low"]);
  EXPECT_EQ(some["evaluation_set"], "Boxes");
  EXPECT_EQ(all["evaluation_set"], "Dolly 15k");
  EXPECT_EQ(text_of(tiny.path() / "out/config.yaml"), config) << "it stays what the run was made with";
}

TEST(ReportAgainTest, WhatWasNotMeasuredIsRefusedByName) {
  const TinyRun tiny(4, 2);
  EXPECT_THAT(tiny.run("report", 2, "out").output, HasSubstr("out is not a run folder"));
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const auto message = [&](const std::string& arguments) {
    const CommandResult result = tiny.run("report", 0, "out", arguments);
    EXPECT_EQ(result.exit_code, 1);
    return result.output;
  };
  EXPECT_THAT(message("--set evaluate.top_k=[1,2]"),
              HasSubstr("the top-2 drop was not measured in out (measured: 1, 3)"));
  EXPECT_THAT(message("--set evaluate.esm_ablations=[16]"),
              HasSubstr("the method esm_16 was not measured in out (measured: at2, average_attention, gradient, esm_4, "
                        "esm_8, leave_one_out)"));
  EXPECT_THAT(message("--set evaluate.sources=[word]"), HasSubstr("measured: token, sentence"));
  EXPECT_THAT(message("--set seed=2"), HasSubstr("seed is 1 there and 2 now"));
  fs::remove(tiny.path() / "out/scores/chunk-00001.h5");
  EXPECT_THAT(message(""), HasSubstr("1 of 2 chunks are missing"));
}

class FiguresTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    tiny_ = std::make_unique<TinyRun>(4, 2);
    ASSERT_EQ(tiny_->run("run", 0, "a").exit_code, 0);
    ASSERT_EQ(tiny_->run("run", 0, "b", "--set seed=2 --set evaluate.methods=[average_attention]").exit_code, 0);
    remove_origins(*tiny_);
  }
  static void TearDownTestSuite() { tiny_.reset(); }
  static std::unique_ptr<TinyRun> tiny_;
};
std::unique_ptr<TinyRun> FiguresTest::tiny_;

TEST_F(FiguresTest, AreMadeFromRunFoldersAlone) {
  const CommandResult result =
      at2(*tiny_,
          "figures --out study a b --methods at2,average_attention --sources token --top-k 1,3 --interval 0.9 "
          "--bootstrap 20 --examples 1");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_FALSE(fs::is_empty(tiny_->path() / "study"));
}

TEST_F(FiguresTest, MessagesNameWhatIsWrong) {
  const auto message = [&](const std::string& arguments) {
    const CommandResult result = at2(*tiny_, "figures " + arguments);
    EXPECT_EQ(result.exit_code, 1) << arguments;
    EXPECT_FALSE(fs::exists(tiny_->path() / "none")) << arguments;
    return result.output;
  };
  EXPECT_THAT(message("a b"), HasSubstr("--out"));
  EXPECT_THAT(message("--out none"), HasSubstr("needs run folders"));
  EXPECT_THAT(message("--out none a nowhere"), HasSubstr("nowhere is not a run folder"));
  EXPECT_THAT(message("--out none a --methods at2,shap"), HasSubstr("the method shap is not known"));
  EXPECT_THAT(message("--out none b --methods average_attention,esm"),
              HasSubstr("the method esm was not measured in any of the runs"));
  EXPECT_THAT(message("--out none a --top-k 5"), HasSubstr("the top-5 drop was not measured in a (measured: 1, 3)"));
  EXPECT_THAT(message("--out none a --top-k x"), HasSubstr("--top-k x"));
  EXPECT_THAT(message("--out none a --sources page"), HasSubstr("--sources page"));
  EXPECT_THAT(message("--out none a --interval 1"), HasSubstr("--interval"));
  fs::create_directories(tiny_->path() / "begun");
  fs::copy_file(tiny_->path() / "a/config.yaml", tiny_->path() / "begun/config.yaml");
  EXPECT_THAT(message("--out none begun"), HasSubstr("begun has no scores"));
}

TEST(HeadsTest, AreStoredWithTheirAttentionToEverySource) {
  const TinyRun tiny(4, 1);
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const at::Tensor theta_LH = Hdf5Reader(tiny.path() / "out/estimator.h5").read("theta");
  const Hdf5Reader shard(tiny.path() / "out/scores/chunk-00000.h5");
  for (const std::string kind : {"token", "sentence"}) {
    const std::string place = "examples/000000/" + kind;
    const at::Tensor heads = shard.read(place + "/heads");
    const at::Tensor coefficients = shard.read(place + "/head_coefficients");
    const at::Tensor attention_GSn = shard.read(place + "/head_attention_GSn");
    ASSERT_EQ(heads.size(0), 4);
    for (std::int64_t n = 0; n < 4; ++n) {
      EXPECT_EQ(theta_LH[heads[n][0].item<std::int64_t>()][heads[n][1].item<std::int64_t>()].item<float>(),
                coefficients[n].item<float>());
    }
    EXPECT_EQ(coefficients[0].item<float>(), theta_LH.max().item<float>());
    EXPECT_EQ(coefficients[2].abs().item<float>(), theta_LH.abs().min().item<float>());
    EXPECT_EQ(attention_GSn.sizes().vec(), (std::vector<std::int64_t>{shard.read("examples/000000/targets").size(0),
                                                                      shard.read(place + "/sources").size(0), 4}));
    EXPECT_GT(attention_GSn.min().item<float>(), 0);
    EXPECT_LT(attention_GSn.sum(1).max().item<float>(), 1.001F) << "a head has one unit of attention for all sources";
  }
}

TEST(At2GeneralTest, TakesThetaFromElsewhereWithoutTrainingData) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "trained").exit_code, 0);
  const std::string both = "--set evaluate.methods=[at2,at2_general] --set evaluate.general_estimator=trained";
  const CommandResult own = tiny.run("run", 2, "both", both);
  ASSERT_EQ(own.exit_code, 0) << own.output;
  EXPECT_THAT(own.output, HasSubstr("AT2 (task-specific)"));
  const CommandResult alone = tiny.run("run", 0, "general",
                                       "--set evaluate.methods=[at2_general] --set data.train.path= "
                                       "--set evaluate.general_estimator=trained/estimator.h5");
  ASSERT_EQ(alone.exit_code, 0) << alone.output;
  EXPECT_FALSE(fs::exists(tiny.path() / "general/ablations"));
  const Hdf5Reader trained(tiny.path() / "trained/scores/chunk-00000.h5");
  const Hdf5Reader general(tiny.path() / "general/scores/chunk-00000.h5");
  const std::string place = "examples/000000/token/methods/";
  EXPECT_TRUE(general.read(place + "at2_general/scores_GS").equal(trained.read(place + "at2/scores_GS")))
      << "the same theta";
  EXPECT_TRUE(general.has("examples/000000/token/heads"));
  const json metrics = json_of(tiny.path() / "both/metrics.json");
  EXPECT_EQ(row_of(metrics, "at2_general", "token")["lds_over_at2"]["mean"], 0);
  EXPECT_EQ(row_of(json_of(tiny.path() / "general/metrics.json"), "at2_general", "token")["method"], "AT2 (general)");
}

TEST(At2GeneralTest, AnotherModelsThetaIsRefused) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "trained").exit_code, 0);
  tiny.folder().write("model/tokenizer_config.json", "{\"bos_token\": \"<b>\", \"eos_token\": \"<e>\" }");
  const std::string general = "--set evaluate.methods=[at2_general] --set evaluate.general_estimator=";
  const CommandResult other = tiny.run("run", 2, "out", general + "trained");
  EXPECT_NE(other.exit_code, 0);
  EXPECT_THAT(other.output, HasSubstr("estimator.h5 belongs to another model"));
  EXPECT_THAT(tiny.run("run", 0, "none", general + "nowhere").output, HasSubstr("there is no file nowhere"));
}

/// Forward passes of a stage, as provenance.json has them.
std::int64_t passes_of(const fs::path& run, const std::string& stage) {
  const json provenance = json_of(run / "provenance.json");
  for (const json& entry : provenance["stages"]) {
    if (entry["stage"] == stage) return entry["forward_passes"];
  }
  return -1;
}

/// When each shard was written.
std::map<std::string, fs::file_time_type> times_of(const fs::path& folder) {
  std::map<std::string, fs::file_time_type> times;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".h5") times[entry.path().string()] = entry.last_write_time();
  }
  return times;
}

TEST(SharedStoreTest, WhatRunsHaveInCommonIsComputedOnce) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "alone").exit_code, 0);
  const std::string shared = "--set store.shared=pool ";
  ASSERT_EQ(tiny.run("run", 0, "runs/first", shared).exit_code, 0);
  EXPECT_GT(passes_of(tiny.path() / "runs/first", "generate"), 0);
  const auto before = times_of(tiny.path() / "pool");
  const CommandResult second =
      tiny.run("run", 2, "runs/deep/second", shared + "--set name=other --set evaluate.methods=[at2] ");
  ASSERT_EQ(second.exit_code, 0) << second.output;
  for (const char* stage : {"generate", "ablate"}) {
    EXPECT_EQ(passes_of(tiny.path() / "runs/deep/second", stage), 0) << stage;
  }
  EXPECT_GT(passes_of(tiny.path() / "runs/deep/second", "evaluate"), 0) << "other methods are other scores";
  EXPECT_THAT(second.output, HasSubstr("train: the estimator is there already"));
  for (const auto& [file, time] : before) EXPECT_EQ(fs::last_write_time(file), time) << file;
  ASSERT_EQ(tiny.run("run", 0, "runs/third", shared + "--set report.interval=0.9").exit_code, 0);
  EXPECT_EQ(passes_of(tiny.path() / "runs/third", "evaluate"), 0) << "equal evaluate keys share their scores";
  json alone = json_of(tiny.path() / "alone/metrics.json");
  json first = json_of(tiny.path() / "runs/first/metrics.json");
  for (json* metrics : {&alone, &first}) {
    metrics->erase("timing");
    for (json& row : (*metrics)["methods"]) row.erase("timing");
  }
  EXPECT_EQ(alone, first);
}

TEST(SharedStoreTest, LinksAreRelativeAndStay) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "runs/first", "--set store.shared=pool").exit_code, 0);
  for (const char* name :
       {"responses/train", "responses/evaluation", "ablations", "scores", "estimator.h5", "training.h5"}) {
    const fs::path link = tiny.path() / "runs/first" / name;
    ASSERT_TRUE(fs::is_symlink(link)) << name;
    EXPECT_TRUE(fs::read_symlink(link).is_relative()) << name;
    EXPECT_TRUE(fs::exists(link)) << name;
  }
  fs::create_directories(tiny.path() / "elsewhere");
  fs::rename(tiny.path() / "runs", tiny.path() / "elsewhere/runs");
  fs::rename(tiny.path() / "pool", tiny.path() / "elsewhere/pool");
  const CommandResult moved = tiny.run("report", 0, "elsewhere/runs/first", "--set store.shared=pool");
  EXPECT_EQ(moved.exit_code, 0) << moved.output;
}

TEST(SharedStoreTest, AnotherRunsPlaceIsRefused) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("generate", 0, "out", "--set store.shared=pool").exit_code, 0);
  tiny.folder().write("model/tokenizer_config.json", "{\"bos_token\": \"<b>\", \"eos_token\": \"<e>\" }");
  const CommandResult other = tiny.run("generate", 2, "out", "--set store.shared=pool");
  EXPECT_NE(other.exit_code, 0);
  EXPECT_THAT(other.output, HasSubstr("belongs to another run"));
  fs::create_directories(tiny.path() / "full/scores");
  EXPECT_THAT(tiny.run("generate", 0, "full", "--set store.shared=pool").output,
              HasSubstr("it is not the link to pool/scores"));
}

TEST(SharedStoreTest, AnotherInstructionSetHasItsOwnPlace) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("generate", 0, "here", "--set store.shared=pool").exit_code, 0);
  const CommandResult there = run_command("export ATEN_CPU_CAPABILITY=default; " +
                                          tiny.command_line("generate", 0, "there", "--set store.shared=pool"));
  ASSERT_EQ(there.exit_code, 0) << there.output;
  EXPECT_GT(passes_of(tiny.path() / "there", "generate"), 0);
}

TEST(SharedStoreTest, TwoRunsAtOnceDoNotDisturbEachOther) {
  const TinyRun tiny(8, 4);
  ASSERT_EQ(tiny.run("run", 0, "alone").exit_code, 0);
  std::vector<CommandResult> results(3);
  std::vector<std::thread> runs;
  for (std::size_t i = 0; i < results.size(); ++i) {
    runs.emplace_back([&, i] {
      results[i] = tiny.run("run", static_cast<int>(i), "run" + std::to_string(i), "--set store.shared=pool");
    });
  }
  for (std::thread& run : runs) run.join();
  json expected = json_of(tiny.path() / "alone/metrics.json")["methods"];
  for (json& row : expected) row.erase("timing");
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_EQ(results[i].exit_code, 0) << results[i].output;
    json rows = json_of(tiny.path() / ("run" + std::to_string(i)) / "metrics.json")["methods"];
    for (json& row : rows) row.erase("timing");
    EXPECT_EQ(rows, expected);
  }
  for (const auto& entry : fs::recursive_directory_iterator(tiny.path() / "pool")) {
    EXPECT_TRUE(entry.is_directory() || entry.path().extension() == ".h5") << entry.path();
  }
}

}  // namespace
}  // namespace at2
