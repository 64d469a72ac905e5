// at2 prune on a tiny model, as a process.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "app/prune_view.h"
#include "base/random.h"
#include "store/hdf5_reader.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using nlohmann::json;
using testing::CommandResult;
using testing::TinyRun;

constexpr int kExamples = 4;

/// Three short passages, of which the first and the last hold the answer.
json record(int number) {
  const std::string name = "n" + std::to_string(number);
  const auto passage = [](const std::string& title, const std::vector<std::string>& sentences) {
    return json::array({title, sentences});
  };
  return {{"_id", name},
          {"question", "what is " + name + "?"},
          {"answer", "a " + name + " box"},
          {"supporting_facts", json::array({json::array({name, 0}), json::array({"z", 0})})},
          {"context", json::array({passage(name, {name + " is a box.", " it is " + std::string(1 + number, 'x') + "."}),
                                   passage("y", {"other " + name + " things."}), passage("z", {"boxes are red."})})}};
}

std::string text_of(const std::vector<json>& all) { return json(all).dump(1) + "\n"; }

/// A tiny run whose evaluation set has passages and asks for a final answer.
class PassagesRun : public TinyRun {
 public:
  PassagesRun() : TinyRun(4, 2) {
    std::vector<json> all;
    for (int i = 0; i < kExamples; ++i) all.push_back(record(i));
    folder().write("passages.json", text_of(all));
    folder().write("config.yaml",
                   "name: tiny\n"
                   "model: {path: model, device: cpu, threads: 1}\n"
                   "data:\n"
                   "  train: {format: dolly, path: train.jsonl}\n"
                   "  evaluation: {format: hotpotqa, path: passages.json,\n"
                   "               prompt_template: \"{passages}\\n{query} Final answer:\"}\n"
                   "generate: {max_new_tokens: 16}\n"
                   "ablate: {num_ablations: 8}\n"
                   "train: {steps: 20}\n"
                   "evaluate: {sources: [], esm_ablations: [8], bootstrap_samples: 50}\n"
                   "prune: {methods: [at2, average_attention, gradient, esm, leave_one_out], kept: [1, 2, 5]}\n"
                   "store: {chunk_size: 1}\n");
  }
};

std::string group_of(std::int64_t example) { return "examples/00000" + std::to_string(example); }

Hdf5Reader shard_of(const std::filesystem::path& run, std::int64_t example) {
  return Hdf5Reader(run / "prune" / ("chunk-0000" + std::to_string(example) + ".h5"));
}

std::vector<std::int64_t> integers(const at::Tensor& values) {
  return {values.const_data_ptr<std::int64_t>(), values.const_data_ptr<std::int64_t>() + values.numel()};
}

/// All that a run's prune/ says, but for seconds.
std::vector<std::string> contents(const std::filesystem::path& run) {
  std::vector<std::string> all;
  for (std::int64_t e = 0; e < kExamples; ++e) {
    const Hdf5Reader shard = shard_of(run, e);
    for (const std::string& response : shard.read_texts(group_of(e) + "/responses")) all.push_back(response);
    for (const std::string& key : shard.read_texts(group_of(e) + "/methods_in_order")) {
      const std::string place = group_of(e) + "/methods/" + key;
      const at::Tensor scores = shard.read(place + "/scores_S");
      all.emplace_back(static_cast<const char*>(scores.const_data_ptr()), scores.nbytes());
      for (const std::int64_t index : integers(shard.read(place + "/response_K"))) all.push_back(std::to_string(index));
    }
  }
  return all;
}

TEST(PruneTest, OneTwoAndFourRanksAndAnInterruptionGiveEqualBits) {
  const PassagesRun tiny;
  ASSERT_EQ(tiny.run("run", 0, "alone").exit_code, 0);
  const std::vector<std::string> alone = contents(tiny.path() / "alone");
  EXPECT_GT(alone.size(), 5U * 4U * kExamples);
  for (const int ranks : {1, 2, 4}) {
    const std::string out = "ranks" + std::to_string(ranks);
    const CommandResult result = tiny.run("run", ranks, out);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(contents(tiny.path() / out), alone);
  }
  std::filesystem::remove(tiny.path() / "alone/prune/chunk-00001.h5");
  EXPECT_NE(tiny.run("report", 0, "alone").output.find("1 of 4 chunks are missing, chunk-00001.h5 first"),
            std::string::npos);
  const CommandResult again = tiny.run("prune", 2, "alone");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(again.output.find("3 of 4 chunks are there already"), std::string::npos) << again.output;
  EXPECT_EQ(contents(tiny.path() / "alone"), alone);
}

TEST(PruneTest, ResponsesAreThoseToRecordsThatHadTheKeptPassagesAlone) {
  const PassagesRun tiny;
  const CommandResult result = tiny.run("run", 0, "out");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  std::vector<json> best;
  std::vector<json> supporting;
  std::vector<std::string> to_best;
  std::vector<std::string> to_supporting;
  std::vector<std::string> to_all;
  for (std::int64_t e = 0; e < kExamples; ++e) {
    const Hdf5Reader shard = shard_of(tiny.path() / "out", e);
    const auto responses = shard.read_texts(group_of(e) + "/responses");
    const auto lengths = integers(shard.read(group_of(e) + "/prompt_tokens"));
    ASSERT_EQ(responses.size(), lengths.size());
    EXPECT_EQ(shard.read(group_of(e) + "/source_chars").size(0), 3);
    const std::string place = group_of(e) + "/methods/esm_8";
    const auto chosen = static_cast<std::size_t>(shard.read(place + "/scores_S").argmax().item<std::int64_t>());
    const auto response_K = integers(shard.read(place + "/response_K"));
    json alone = record(static_cast<int>(e));
    alone["context"] = json::array({alone["context"][chosen]});
    best.push_back(alone);
    to_best.push_back(responses.at(static_cast<std::size_t>(response_K.at(0))));
    EXPECT_LT(lengths.at(static_cast<std::size_t>(response_K.at(0))), lengths.at(0));
    EXPECT_EQ(response_K.at(2), 0) << "five of three passages are the whole context";
    json two = record(static_cast<int>(e));
    two["context"].erase(1);
    supporting.push_back(two);
    to_supporting.push_back(responses.at(static_cast<std::size_t>(shard.int_attribute(group_of(e), "oracle"))));
    to_all.push_back(responses.at(0));
  }
  const auto generated = [&](const std::vector<json>& all, const std::string& name) {
    tiny.folder().write(name + ".json", text_of(all));
    const CommandResult made = tiny.run("generate", 0, name, "--set data.evaluation.path=" + name + ".json");
    EXPECT_EQ(made.exit_code, 0) << made.output;
    std::vector<std::string> texts;
    for (std::int64_t e = 0; e < kExamples; ++e) {
      const Hdf5Reader shard(tiny.path() / name / "responses/evaluation" / ("chunk-0000" + std::to_string(e) + ".h5"));
      texts.push_back(shard.read_text(group_of(e) + "/text"));
    }
    return texts;
  };
  EXPECT_EQ(to_best, generated(best, "best"));
  EXPECT_EQ(to_supporting, generated(supporting, "supporting"));
  EXPECT_NE(to_supporting, to_all) << "or the test tests nothing";
}

TEST(PruneTest, TableAndViewHaveARowForEveryMethodAndNumber) {
  const PassagesRun tiny;
  for (const char* stage : {"generate", "ablate", "train", "prune"}) {
    const CommandResult result = tiny.run(stage, 0, "out");
    ASSERT_EQ(result.exit_code, 0) << result.output;
    if (std::string(stage) != "prune") continue;
    for (const char* text : {"Whole context", "Oracle", "ESM (8)", "Prompt left"}) {
      EXPECT_NE(result.output.find(text), std::string::npos) << text << "\n" << result.output;
    }
  }
  const auto view = read_prune(tiny.path() / "out", {});
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->examples, kExamples);
  ASSERT_EQ(view->rows.size(), 2U + 5U * 3U);
  EXPECT_EQ(view->rows[0].method, "Whole context");
  EXPECT_EQ(view->rows[0].kept_share, 1);
  EXPECT_EQ(view->rows[1].method, "Oracle");
  EXPECT_EQ(view->rows[2].method, "AT2");
  EXPECT_EQ(view->rows[2].kept, 1);
  EXPECT_LT(view->rows[2].kept_share, view->rows[3].kept_share);
  EXPECT_EQ(view->rows[4].kept_share, 1);
  // Random weights do not write the words.
  EXPECT_EQ(view->unmarked_answers, 17 * kExamples);
  EXPECT_TRUE(std::filesystem::exists(tiny.path() / "out/tables/prune.csv"));
  EXPECT_EQ(tiny.run("prune", 0, "out", "--set prune.kept=[1]").exit_code, 1) << "shards of other options are refused";
  EXPECT_FALSE(read_prune(tiny.path() / "nowhere", {}).has_value());
}

TEST(PruneTest, AGeneralEstimatorChoosesAsItsOwnRunDoes) {
  const PassagesRun tiny;
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const std::string general = "--set evaluate.methods=[esm] --set prune.methods=[at2_general] ";
  const CommandResult unnamed = tiny.run("run", 0, "other", general);
  EXPECT_NE(unnamed.output.find("at2_general of prune.methods"), std::string::npos) << unnamed.output;
  const CommandResult result = tiny.run("run", 0, "other", general + "--set evaluate.general_estimator=out");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_FALSE(std::filesystem::exists(tiny.path() / "other/estimator.h5"));
  for (std::int64_t e = 0; e < kExamples; ++e) {
    const at::Tensor own = shard_of(tiny.path() / "out", e).read(group_of(e) + "/methods/at2/scores_S");
    EXPECT_TRUE(own.equal(shard_of(tiny.path() / "other", e).read(group_of(e) + "/methods/at2_general/scores_S")));
  }
}

TEST(PruneTest, DataThatCannotBePrunedIsRefusedBeforeAnythingIsComputed) {
  const PassagesRun tiny;
  json no_answer = record(0);
  no_answer.erase("answer");
  tiny.folder().write("unanswered.json", text_of({no_answer}));
  json one_passage = record(0);
  one_passage["context"] = json::array({one_passage["context"][0]});
  tiny.folder().write("single.json", text_of({one_passage}));
  const std::pair<const char*, const char*> table[] = {
      {"--set task=thought", "prune.kept is given for task thought"},
      {"--set data.evaluation.path=unanswered.json", "unanswered.json has an answer"},
      {"--set data.evaluation.path=single.json", "single.json has more than one passage"},
      {"--set data.evaluation.prompt_template='{passages} {query}'", "asks for a \"Final answer:\""}};
  for (const auto& [arguments, message] : table) {
    std::filesystem::remove_all(tiny.path() / "out");
    const CommandResult result = tiny.run("run", 2, "out", arguments);
    EXPECT_NE(result.exit_code, 0) << arguments;
    EXPECT_NE(result.output.find(message), std::string::npos) << result.output;
    EXPECT_FALSE(std::filesystem::exists(tiny.path() / "out/responses")) << arguments;
  }
  std::filesystem::remove_all(tiny.path() / "out");
  const CommandResult unmarked = tiny.run(
      "run", 0, "out", "--set data.evaluation.prompt_template='{passages} {query}' --set prune.unmarked=response");
  EXPECT_EQ(unmarked.exit_code, 0) << unmarked.output;
  const CommandResult nothing = tiny.run("prune", 0, "out2", "--set prune.kept=[]");
  EXPECT_NE(nothing.exit_code, 0);
  EXPECT_NE(nothing.output.find("prune.kept is []"), std::string::npos) << nothing.output;
}

TEST(PruneTest, AnExampleWithoutAnAnswerIsLeftOutAndTheOthersAreNot) {
  const PassagesRun tiny;
  json no_answer = record(1);
  no_answer.erase("answer");
  tiny.folder().write("some.json", text_of({record(0), no_answer}));
  const CommandResult result = tiny.run("run", 0, "out", "--set data.evaluation.path=some.json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(read_prune(tiny.path() / "out", {})->examples, 1);
  EXPECT_EQ(shard_of(tiny.path() / "out", 1).text_attribute(group_of(1), "skipped"), "no answer");
}

}  // namespace
}  // namespace at2
