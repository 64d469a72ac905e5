// Every way to write a wrong config, and what the message must say.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "config/load.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPaths = "data:\n  train: {path: t}\n  evaluation: {path: e}\n";  // lines 1-3

struct WrongFile {
  std::string what;
  std::string lines;  // line 4 and on
  std::vector<std::string> fragments;
};

void PrintTo(const WrongFile& wrong, std::ostream* stream) { *stream << wrong.what; }

class StrictnessTest : public ::testing::TestWithParam<WrongFile> {};

TEST_P(StrictnessTest, MessageNamesPlaceAndExpectation) {
  const TestFolder folder;
  const auto file = folder.write("run.yaml", kPaths + GetParam().lines);
  const std::string message = message_of([&] { (void)load_options(file); });
  for (const std::string& fragment : GetParam().fragments) EXPECT_THAT(message, HasSubstr(fragment));
}

TEST(StrictnessOfDataTest, AMisspeltFormatFindsTheRightOne) {
  const TestFolder folder;
  const auto file = folder.write("run.yaml", "data:\n  train: {path: t, format: hotpot}\n  evaluation: {path: e}\n");
  const std::string message = message_of([&] { (void)load_options(file); });
  EXPECT_THAT(message, HasSubstr("run.yaml:2: data.train.format is hotpot"));
  EXPECT_THAT(message, HasSubstr("did you mean hotpotqa?"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, StrictnessTest,
    ::testing::Values(
        WrongFile{"misspelt key",
                  "generate:\n  max_new_token: 5\n",
                  {"run.yaml:5: unknown key generate.max_new_token", "section generate has max_new_tokens, batch_size",
                   "did you mean generate.max_new_tokens?"}},
        WrongFile{"misspelt section",
                  "genrate:\n  batch_size: 5\n",
                  {"run.yaml:4: unknown key genrate", "did you mean generate?"}},
        WrongFile{"key of another section",
                  "train:\n  num_ablations: 5\n",
                  {"run.yaml:5: unknown key train.num_ablations", "did you mean ablate.num_ablations?"}},
        WrongFile{"key without its section",
                  "chunk_size: 5\n",
                  {"run.yaml:4: unknown key chunk_size", "did you mean store.chunk_size?"}},
        WrongFile{"dotted key", "train.steps: 5\n", {"run.yaml:4", "write train.steps as nested sections"}},
        WrongFile{"merge key", "<<: {seed: 2}\n", {"run.yaml:4: unknown key <<"}},
        WrongFile{"duplicate key",
                  "seed: 1\nname: x\nseed: 1\n",
                  {"run.yaml:6: duplicate key seed", "first at", "run.yaml:4"}},
        WrongFile{
            "duplicate section", "train: {steps: 1}\ntrain: {batch_size: 1}\n", {"run.yaml:5: duplicate key train"}},
        WrongFile{
            "duplicate in a section", "train:\n  steps: 1\n  steps: 2\n", {"run.yaml:6: duplicate key train.steps"}},
        WrongFile{"word for a number",
                  "train:\n  steps: many\n",
                  {"run.yaml:5: train.steps is many", "expected a whole number, at least 1"}},
        WrongFile{"fraction for a whole number", "train:\n  steps: 2.5\n", {"run.yaml:5: train.steps is 2.5"}},
        WrongFile{"number with a unit", "train:\n  steps: 10k\n", {"run.yaml:5: train.steps is 10k"}},
        WrongFile{"number in quotes", "train:\n  steps: \"10\"\n", {"run.yaml:5: train.steps is \"10\""}},
        WrongFile{
            "number beyond 64 bits", "train:\n  steps: 99999999999999999999\n", {"run.yaml:5: train.steps is 9999"}},
        WrongFile{"zero steps", "train:\n  steps: 0\n", {"run.yaml:5", "at least 1"}},
        WrongFile{"negative seed", "seed: -1\n", {"run.yaml:4: seed is -1", "at least 0"}},
        WrongFile{"one ablation", "ablate:\n  num_ablations: 1\n", {"run.yaml:5", "at least 2"}},
        WrongFile{"keeping everything",
                  "ablate:\n  keep_probability: 1\n",
                  {"run.yaml:5: ablate.keep_probability is 1", "greater than 0 and less than 1"}},
        WrongFile{"keeping nothing", "ablate:\n  keep_probability: 0.0\n", {"run.yaml:5", "greater than 0"}},
        WrongFile{"not a number", "train:\n  learning_rate: nan\n", {"run.yaml:5: train.learning_rate is nan"}},
        WrongFile{"infinite rate", "train:\n  learning_rate: inf\n", {"run.yaml:5: train.learning_rate is inf"}},
        WrongFile{
            "section with a digit too many", "data2: 1\n", {"run.yaml:4: unknown key data2", "did you mean data?"}},
        WrongFile{"unknown word",
                  "ablate:\n  sources: tokens\n",
                  {"run.yaml:5: ablate.sources is tokens",
                   "expected one of token, word, sentence, paragraph, passage, document", "did you mean token?"}},
        WrongFile{
            "unknown task", "task: thoughts\n", {"run.yaml:4: task is thoughts", "expected one of context, thought"}},
        WrongFile{"unknown word in a list",
                  "evaluate:\n  methods: [at2, shap]\n",
                  {"run.yaml:5: evaluate.methods is [at2, shap]",
                   "at2, at2_general, average_attention, esm, gradient, leave_one_out", "correct the value"}},
        WrongFile{"misspelt word in a list",
                  "evaluate:\n  methods: [at2, average_atention]\n",
                  {"run.yaml:5: evaluate.methods is [at2, average_atention]", "did you mean average_attention?"}},
        WrongFile{"word for a list", "evaluate:\n  top_k: 5\n", {"run.yaml:5: evaluate.top_k is 5", "expected a list"}},
        WrongFile{"list for a word", "seed: [1]\n", {"run.yaml:4: seed is [1]"}},
        WrongFile{"empty list", "evaluate:\n  methods: []\n", {"run.yaml:5: evaluate.methods is []"}},
        WrongFile{"a number for true or false",
                  "store:\n  allow_device_mix: 1\n",
                  {"run.yaml:5: store.allow_device_mix is 1", "expected true or false"}},
        WrongFile{"repeated item", "evaluate:\n  methods: [at2, at2]\n", {"run.yaml:5", "different values"}},
        WrongFile{"descending list", "evaluate:\n  esm_ablations: [64, 32]\n", {"run.yaml:5", "ascending order"}},
        WrongFile{"ESM on one ablation", "evaluate:\n  esm_ablations: [1, 32]\n", {"run.yaml:5", "at least 2"}},
        WrongFile{"LDS on one ablation", "evaluate:\n  lds_ablations: 1\n", {"run.yaml:5", "at least 2"}},
        WrongFile{"top zero", "evaluate:\n  top_k: [0, 1]\n", {"run.yaml:5", "at least 1"}},
        WrongFile{"nested list", "evaluate:\n  top_k: [[1], 2]\n", {"run.yaml:5: evaluate.top_k is a nested list"}},
        WrongFile{"section for a value", "seed: {a: 1}\n", {"run.yaml:4: seed is a section"}},
        WrongFile{
            "value for a section", "store: 4\n", {"run.yaml:4: store is not a section", "it has the keys chunk_size"}},
        WrongFile{"key without a value", "seed:\nname: x\n", {"run.yaml:4: seed is nothing"}},
        WrongFile{"key that is a list", "? [a]\n: 1\n", {"a key is not a word"}},
        WrongFile{"name with a slash", "name: a/b\n", {"run.yaml:4: name is", "a name for a folder"}},
        WrongFile{"not YAML", "seed: [1\nname: x\n", {"run.yaml:", "not YAML"}},
        WrongFile{"second document", "---\nseed: 1\n", {"run.yaml:", "a second YAML document"}},
        WrongFile{"missing base", "base: nowhere.yaml\n", {"run.yaml:4: base nowhere.yaml does not exist"}},
        WrongFile{"base of a wrong type", "base: {a: b}\n", {"run.yaml:4: base is not a file name"}},
        WrongFile{"no bases", "base: []\n", {"run.yaml:4: base is not a file name"}},
        WrongFile{"an empty base", "base: [\"\"]\n", {"run.yaml:4: base is not a file name"}},
        WrongFile{"a base twice", "base: [a.yaml, a.yaml]\n", {"run.yaml:4: base a.yaml stands twice"}},
        WrongFile{"missing one of the bases",
                  "base: [nowhere.yaml, a.yaml]\n",
                  {"run.yaml:4: base nowhere.yaml does not exist"}},
        WrongFile{"itself among the bases", "base: [run.yaml]\n", {"run.yaml:4: base run.yaml leads back to itself"}},
        WrongFile{"misspelt key of pruning",
                  "prune:\n  keep: [1]\n",
                  {"run.yaml:5: unknown key prune.keep", "did you mean prune.kept?"}},
        WrongFile{"keeping no source", "prune:\n  kept: [0, 1]\n", {"run.yaml:5: prune.kept is [0, 1]", "at least 1"}},
        WrongFile{"no repeats", "bench:\n  repeats: 0\n", {"run.yaml:5: bench.repeats is 0", "at least 1"}},
        WrongFile{"pruning passages of Dolly",
                  "prune:\n  kept: [1]\n",
                  {"run.yaml: prune.sources has passage", "data.evaluation.format dolly has no passages"}},
        WrongFile{"pruning by a general estimator that is not named",
                  "prune:\n  kept: [1]\n  methods: [at2_general]\n",
                  {"run.yaml: evaluate.general_estimator is empty", "at2_general of prune.methods"}},
        WrongFile{"pruning tokens",
                  "prune:\n  kept: [1]\n  sources: token\n",
                  {"run.yaml:6: prune.sources is token", "use word, sentence, paragraph or passage"}},
        WrongFile{"itself as base", "base: run.yaml\n", {"run.yaml:4: base run.yaml leads back to itself"}},
        WrongFile{"passages of Dolly",
                  "evaluate:\n  sources: [passage]\n",
                  {"run.yaml:5: evaluate.sources has passage", "data.evaluation.format dolly has no passages"}},
        WrongFile{"training on passages of Dolly",
                  "ablate:\n  sources: passage\n",
                  {"run.yaml:5: ablate.sources has passage", "data.train.format dolly has no passages"}}),
    [](const auto& param) {
      std::string name;
      for (const char c : param.param.what) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

struct WrongOverride {
  std::string argument;
  std::string fragment;
};

TEST(OverrideStrictnessTest, MessageNamesTheArgument) {
  const TestFolder folder;
  const auto file = folder.write("run.yaml", kPaths);
  const std::vector<WrongOverride> table{
      {"train.step=5", "did you mean train.steps?"},
      {"train.steps=x", "train.steps is x"},
      {"train.steps", "not of the form key=value"},
      {"=5", "not of the form key=value"},
      {"train=5", "train is a section"},
      {"base=x.yaml", "base cannot be set here"},
      {"evaluate.top_k=[1", "the value is not YAML"},
      {"evaluate.top_k=1", "expected a list"},
      {"train.steps=", "train.steps is nothing"},
      {"seed=1e3", "seed is 1e3"},
      {"data.max_bad_fraction=1.5", "at least 0 and at most 1"},
      {"data.train.path=", "data.train.path is empty"},
  };
  for (const WrongOverride& wrong : table) {
    const std::vector<std::string> overrides{wrong.argument};
    const std::string message = message_of([&] { (void)load_options(file, overrides); });
    EXPECT_THAT(message, HasSubstr("--set " + wrong.argument + ": "));
    EXPECT_THAT(message, HasSubstr(wrong.fragment));
  }
}

TEST(FileStrictnessTest, FileMustBeReadableAndAConfig) {
  const TestFolder folder;
  EXPECT_THAT(message_of([&] { (void)load_options(folder.path() / "none.yaml"); }), HasSubstr("none.yaml"));
  EXPECT_THAT(message_of([&] { (void)load_options(folder.path()); }), HasSubstr("not a regular file"));
  const auto list = folder.write("list.yaml", "- 1\n- 2\n");
  EXPECT_THAT(message_of([&] { (void)load_options(list); }), HasSubstr("list.yaml:1: not a config"));
  const auto empty = folder.write("empty.yaml", "");
  EXPECT_THAT(message_of([&] { (void)load_options(empty); }), HasSubstr("empty.yaml: data.evaluation.path is empty"));
}

TEST(FileStrictnessTest, CycleOfBasesIsRefused) {
  const TestFolder folder;
  const auto first = folder.write("a.yaml", "base: sub/b.yaml\n");
  folder.write("sub/b.yaml", "seed: 1\nbase: ../a.yaml\n");
  EXPECT_THAT(message_of([&] { (void)load_options(first); }),
              HasSubstr("b.yaml:2: base ../a.yaml leads back to itself"));
}

TEST(FileStrictnessTest, FaultInABaseNamesTheBase) {
  const TestFolder folder;
  folder.write("base.yaml", "seed: 1\nsed: 2\n");
  const auto file = folder.write("run.yaml", "base: base.yaml\n");
  EXPECT_THAT(message_of([&] { (void)load_options(file); }), HasSubstr("base.yaml:2: unknown key sed"));
}

TEST(FileStrictnessTest, ABaseWithANameThatNoFileCanHaveIsMissing) {
  const TestFolder folder;
  const auto file = folder.write("run.yaml", "base: " + std::string(5000, 'x') + "\n");
  EXPECT_THAT(message_of([&] { (void)load_options(file); }), HasSubstr("does not exist"));
}

TEST(FileStrictnessTest, AFileThatWasRemovedWhileOpenIsStillRead) {
  const TestFolder folder;
  const auto file = folder.write("run.yaml", "data: {evaluation: {path: e}, train: {path: t}}\nseed: 7\n");
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  std::filesystem::remove(file);
  EXPECT_EQ(load_options("/proc/self/fd/" + std::to_string(descriptor)).seed, 7U);
  close(descriptor);
}

TEST(FileStrictnessTest, ALineThatBeginsWithACommaIsRefusedAndDoesNotHang) {
  const TestFolder folder;
  const auto first = folder.write("first.yaml", ", data: {}\n");
  EXPECT_THAT(message_of([&] { (void)load_options(first); }), HasSubstr("first.yaml:1: not YAML"));
  const auto later = folder.write("later.yaml", "# a comment\n\n, which\n  train:\n    format: dolly\n");
  EXPECT_THAT(message_of([&] { (void)load_options(later); }), HasSubstr("later.yaml:3: not YAML"));
}

TEST(FileStrictnessTest, ASecondDocumentIsRefusedWithItsPlace) {
  const TestFolder folder;
  const auto file = folder.write("two.yaml", "seed: 1\n---\nseed: 2\n");
  EXPECT_THAT(message_of([&] { (void)load_options(file); }), HasSubstr("a second YAML document"));
}

}  // namespace
}  // namespace at2
