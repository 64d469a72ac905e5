// Counts on real records. They have licences of their own and are not part of this project: the test reads them from
// the folder AT2_DATA_DIR, laid out as below, and is skipped without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "data/readers.h"

namespace at2 {
namespace {

struct RealSet {
  DatasetFormat format;
  std::string path;
  WithoutContext without_context;
  std::int64_t read;
  std::int64_t kept;
  std::map<std::string, std::int64_t> dropped;
};

void PrintTo(const RealSet& set, std::ostream* stream) { *stream << set.path; }

class RealRecordsTest : public ::testing::TestWithParam<RealSet> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("AT2_DATA_DIR");
    if (folder == nullptr) GTEST_SKIP() << "AT2_DATA_DIR names no folder";
    options_.format = GetParam().format;
    options_.path = std::string(folder) + "/" + GetParam().path;
  }
  DatasetOptions options_;
};

TEST_P(RealRecordsTest, EveryRecordIsCountedAndPlacesAreInside) {
  ReadReport report;
  const std::vector<Example> examples =
      read_examples(options_, {.without_context = GetParam().without_context}, report);
  EXPECT_EQ(report.read, GetParam().read);
  EXPECT_EQ(report.kept, GetParam().kept);
  EXPECT_EQ(report.bad, 0) << testing::PrintToString(report.first_bad);
  EXPECT_EQ(report.dropped_by_reason, GetParam().dropped);
  for (const Example& example : examples) {
    EXPECT_FALSE(example.query.empty());
    EXPECT_LE(example.context.end, std::ssize(example.content));
    EXPECT_EQ(example.passages.empty(), example.context.size() == 0);
    for (const std::int64_t passage : example.supporting) EXPECT_LT(passage, std::ssize(example.passages));
  }
}

TEST(RealMsMarcoTest, LinesAndColumnsOfTheSameRecordsAreTheSameExamples) {
  const char* folder = std::getenv("AT2_DATA_DIR");
  if (folder == nullptr) GTEST_SKIP() << "AT2_DATA_DIR names no folder";
  const auto read = [folder](const std::string& name) {
    DatasetOptions options;
    options.format = DatasetFormat::ms_marco;
    options.path = std::string(folder) + "/ms_marco/" + name;
    ReadReport report;
    return read_examples(options, {}, report);
  };
  const auto lines = read("RESHAPED_v1.1_native_lines_200.jsonl");
  for (const char* other : {"RESHAPED_v2.1_columnar_200.json", "ms_marco_v1.1_train_200_hf.json"}) {
    const auto examples = read(other);
    ASSERT_EQ(examples.size(), lines.size()) << other;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(examples[i].id, lines[i].id) << other;
      EXPECT_EQ(examples[i].content, lines[i].content) << other;
      EXPECT_EQ(examples[i].answer, lines[i].answer) << other;
      EXPECT_EQ(examples[i].supporting, lines[i].supporting) << other;
    }
  }
}

constexpr WithoutContext kDrop = WithoutContext::drop;
constexpr WithoutContext kKeep = WithoutContext::keep;

INSTANTIATE_TEST_SUITE_P(
    Sets, RealRecordsTest,
    ::testing::Values(
        RealSet{DatasetFormat::dolly, "dolly/dolly_reconstructed_151.jsonl", kDrop, 151, 47, {{"no context", 104}}},
        RealSet{DatasetFormat::hotpotqa, "hotpotqa/hotpot_sample_native_200.json", kDrop, 200, 200, {}},
        RealSet{DatasetFormat::cnn_dailymail, "cnn_dailymail/native_3.0.0_2examples.jsonl", kDrop, 2, 2, {}},
        RealSet{DatasetFormat::cnn_dailymail, "cnn_dailymail/cnn_dailymail_200.jsonl", kDrop, 200, 200, {}},
        RealSet{DatasetFormat::ms_marco, "ms_marco/dev_v1.1_native_dummy.json", kDrop, 1, 1, {}},
        RealSet{DatasetFormat::ms_marco, "ms_marco/RESHAPED_v1.1_native_lines_200.jsonl", kDrop, 200, 200, {}},
        RealSet{DatasetFormat::ms_marco, "ms_marco/RESHAPED_v2.1_columnar_200.json", kDrop, 200, 200, {}},
        RealSet{DatasetFormat::ms_marco, "ms_marco/ms_marco_v1.1_train_200_hf.json", kDrop, 200, 200, {}},
        RealSet{DatasetFormat::natural_questions,
                "natural_questions/farm_nq_simplified_*_sample.jsonl",
                kDrop,
                2,
                1,
                {{"no answer in the page", 1}}},
        RealSet{DatasetFormat::drop, "drop/drop_contrast_sets_test.json", kDrop, 947, 947, {}},
        RealSet{DatasetFormat::drop, "drop/hf_dummy_drop_dataset_dev.json", kDrop, 2, 2, {}},
        RealSet{DatasetFormat::drop, "drop/hf_dummy_drop_dataset_train.json", kDrop, 5, 5, {}},
        RealSet{DatasetFormat::agieval, "agieval/v1", kKeep, 4170, 4170, {}},
        RealSet{DatasetFormat::agieval, "agieval/v1", kDrop, 4170, 2186, {{"no context", 1984}}},
        RealSet{DatasetFormat::agieval, "agieval/v1_zh_samples", kKeep, 540, 540, {}}));

}  // namespace
}  // namespace at2
