// Estimators measured on a finished evaluation, without the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <sstream>

#include "support/tiny_run.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using testing::CommandResult;
using ::testing::HasSubstr;
using testing::run_command;
using testing::TinyRun;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Cells of a table without quoted ones, by their column.
std::vector<std::map<std::string, std::string>> records_of(const fs::path& path) {
  std::vector<std::map<std::string, std::string>> records;
  std::vector<std::string> header;
  std::istringstream lines(text_of(path));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
    if (header.empty()) {
      header = row;
      continue;
    }
    row.resize(header.size());
    records.emplace_back();
    for (std::size_t column = 0; column < row.size(); ++column) records.back()[header[column]] = row[column];
  }
  return records;
}

class LdsCommandTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    tiny_ = std::make_unique<TinyRun>(6, 3);
    const std::string shared = "--set store.shared=pool --set ablate.features=[attention,value_norm] ";
    ASSERT_EQ(tiny_->run("run", 0, "full", shared + "--set evaluate.store_features=true").exit_code, 0);
    for (const char* n : {"2", "4"}) {
      const CommandResult trained = tiny_->run(
          "train", 0, std::string("n") + n, shared + "--set train.features=[attention] --set train.max_examples=" + n);
      ASSERT_EQ(trained.exit_code, 0) << trained.output;
    }
    ASSERT_EQ(tiny_->run("evaluate", 0, "bare", shared).exit_code, 0);
    for (const char* name : {"model", "train.jsonl", "evaluation.jsonl"}) fs::remove_all(tiny_->path() / name);
  }
  static void TearDownTestSuite() { tiny_.reset(); }

  static CommandResult lds(const std::string& arguments, const std::string& before = "") {
    return run_command("cd " + tiny_->path().string() + " && " + before + AT2_PROGRAM + " lds " + arguments);
  }

  static std::unique_ptr<TinyRun> tiny_;
};
std::unique_ptr<TinyRun> LdsCommandTest::tiny_;

TEST_F(LdsCommandTest, WhatTheRunHasMeasuredItselfComesOutTheSame) {
  const CommandResult result = lds("--on full --methods at2,gradient --out own full");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  std::map<std::string, json> reported;
  const json metrics = json::parse(text_of(tiny_->path() / "full/metrics.json"));
  for (const json& row : metrics["methods"]) {
    reported[row["key"].get<std::string>() + " " + row["sources"].get<std::string>()] = row["lds"];
  }
  const auto records = records_of(tiny_->path() / "own/lds.csv");
  ASSERT_EQ(records.size(), 6U) << "an estimator and two methods, tokens and sentences";
  for (const auto& record : records) {
    const std::string key = record.at("method_key").empty() ? "at2" : record.at("method_key");
    const std::string row = key + " " + record.at("sources");
    ASSERT_TRUE(reported.contains(row)) << row;
    const json& expected = reported.at(row);
    EXPECT_EQ(std::stod(record.at("lds")), expected["mean"].get<double>()) << key;
    EXPECT_EQ(std::stod(record.at("standard_error")), expected["standard_error"].get<double>()) << key;
    EXPECT_EQ(record.at("examples"), std::to_string(expected["count"].get<int>()));
  }
}

TEST_F(LdsCommandTest, WritesTablesAndACurveForEachKindOfSources) {
  const CommandResult result = lds("--on full --against examples --methods average_attention --out curves n2 n4");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("Dolly 15k, token sources"), HasSubstr("n4"), HasSubstr("12 of 12")));
  const auto records = records_of(tiny_->path() / "curves/lds.csv");
  ASSERT_EQ(records.size(), 6U);
  EXPECT_EQ(records[0].at("training_examples"), "2");
  EXPECT_EQ(records[1].at("training_examples"), "4");
  EXPECT_EQ(records[1].at("features"), "attention");
  EXPECT_EQ(records[1].at("baseline"), "n2");
  EXPECT_THAT(text_of(tiny_->path() / "curves/lds.md"), HasSubstr("| n4 | attention |"));
  for (const char* sources : {"token", "sentence"}) {
    const fs::path drawing = tiny_->path() / "curves" / (std::string("lds_examples_dolly_15k_") + sources + ".svg");
    EXPECT_THAT(text_of(drawing), HasSubstr(">Average attention: ")) << drawing;
  }
}

TEST_F(LdsCommandTest, RanksDoNotChangeItsOutput) {
  const std::string mpirun = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 ";
  const CommandResult one = lds("--on full --sources token full n2");
  EXPECT_EQ(one.exit_code, 0) << one.output;
  EXPECT_EQ(lds("--on full --sources token full n2", mpirun).output, one.output);
}

TEST_F(LdsCommandTest, MessagesNameWhatIsWrong) {
  const auto message = [&](const std::string& arguments) {
    const CommandResult result = lds(arguments + " --out none");
    EXPECT_EQ(result.exit_code, 1) << arguments;
    EXPECT_FALSE(fs::exists(tiny_->path() / "none")) << arguments;
    return result.output;
  };
  EXPECT_THAT(message("--on bare n2"), HasSubstr("bare has no stored features"));
  EXPECT_THAT(message("--on n2 n2"), HasSubstr("at2 evaluate"));
  EXPECT_THAT(message("--on nowhere n2"), HasSubstr("nowhere is not a run folder"));
  EXPECT_THAT(message("--on full n3"), HasSubstr("n3"));
  EXPECT_THAT(message("--on full n2 n4 --baseline n44"), HasSubstr("did you mean n4?"));
  EXPECT_THAT(message("--on full n2 n4 --against ablations"), HasSubstr("there is no curve against ablations"));
  EXPECT_THAT(message("--on full n2 --sources word"), HasSubstr("measured: token, sentence"));
}

}  // namespace
}  // namespace at2
