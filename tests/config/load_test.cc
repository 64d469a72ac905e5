#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "config/enum_text.h"
#include "config/keys.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kPaths = "data:\n  train: {path: t}\n  evaluation: {path: e}\n";

RunOptions load(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  const TestFolder folder;
  return load_options(folder.write("run.yaml", yaml), overrides);
}

/// Options that differ from the defaults in every key.
RunOptions unusual_options() {
  RunOptions o;
  o.name = "a \"name\" with: #everything";
  o.task = Task::thought;
  o.seed = 18446744073709551615ULL;
  o.model = {.path = "m o.gguf",
             .device = DeviceChoice::cuda,
             .dtype = DtypeChoice::bfloat16,
             .threads = 3,
             .weight_cache = "w c",
             .title = "M O"};
  o.data.train = {DatasetFormat::hotpotqa, "[t].json", 7,   "Näh: {passages}\n\t\"{query}\"\\ \x01", "{query}?",
                  DatasetPart::train,      "T t",      1234};
  o.data.evaluation = {DatasetFormat::hotpotqa, "null", 8, "{query} {context}", "-", DatasetPart::whole, "E", 99};
  o.data.train_part_examples = 15;
  o.data.max_bad_fraction = 0.1;
  o.generate = {.max_new_tokens = 9, .batch_size = 2};
  o.ablate = {SourceKind::passage,
              5,
              1.0 / 3.0,
              MaskSeeding::reference,
              MaskDesign::antithetic,
              FeatureDtype::float16,
              {Feature::logit_contribution, Feature::attention}};
  o.train = {.steps = 11,
             .batch_size = 12,
             .learning_rate = 1e-300,
             .gradient_clip = 2.5e10,
             .prior_candidates = {0, 0.25, 1},
             .validation_fraction = 0.125,
             .sparse_heads = 18,
             .features = {Feature::attention},
             .max_examples = 6,
             .max_ablations = 4,
             .cache_gb = 0.125};
  o.evaluate = {.sources = {SourceKind::passage},
                .methods = {Method::leave_one_out, Method::at2},
                .lds_ablations = 6,
                .esm_ablations = {32, 64, 128, 256},
                .esm_lambda = 0,
                .top_k = {10},
                .bootstrap_samples = 13,
                .general_estimator = "runs/x",
                .estimators = {"runs/a, b", "x]\"y.h5"},
                .store_features = true};
  o.prune = {SourceKind::paragraph, {Method::gradient}, {2, 7}, UnmarkedAnswer::response};
  o.bench = {.examples = 16, .repeats = 17, .sources = SourceKind::word};
  o.report = {.highlight_threshold = 0.75, .interval = 0.9, .max_examples = 16};
  o.comm.silence_seconds = 1.5;
  o.store = {.chunk_size = 14, .allow_device_mix = true, .shared = "sha red", .claim_seconds = 0.25};
  o.comm.backend = CommBackend::mpi;
  return o;
}

TEST(LoadTest, WithoutKeysTheDefaultsHold) {
  RunOptions expected;
  expected.name = "run";
  expected.data.train.path = "t";
  expected.data.evaluation.path = "e";
  EXPECT_THAT(differences(load(kPaths), expected), ElementsAre());
}

TEST(LoadTest, FileBeatsBaseAndSetBeatsFile) {
  const TestFolder folder;
  folder.write("deep.yaml", std::string(kPaths) + "seed: 10\ntrain: {steps: 10, batch_size: 10}\nname: deep\n");
  folder.write("sub/base.yaml", "base: ../deep.yaml\ntrain: {steps: 20}\nstore: {chunk_size: 20}\n");
  const auto file = folder.write("run.yaml", "store: {chunk_size: 30}\nbase: sub/base.yaml\n");
  const std::vector<std::string> overrides{"store.chunk_size=40", "generate.batch_size=3", "generate.batch_size=5"};
  const RunOptions options = load_options(file, overrides);
  EXPECT_EQ(options.seed, 10U);
  EXPECT_EQ(options.train.batch_size, 10);
  EXPECT_EQ(options.train.steps, 20);
  EXPECT_EQ(options.store.chunk_size, 40);
  EXPECT_EQ(options.generate.batch_size, 5);
  EXPECT_EQ(options.name, "deep");
  EXPECT_EQ(load_options(file).store.chunk_size, 30);
}

TEST(LoadTest, OfSeveralBasesTheLaterBeatsTheEarlier) {
  const TestFolder folder;
  folder.write("model.yaml", "seed: 10\nmodel: {path: m}\ntrain: {steps: 10}\n");
  folder.write("set.yaml", std::string(kPaths) + "seed: 20\nstore: {chunk_size: 20}\n");
  const auto file = folder.write("run.yaml", "base: [model.yaml, set.yaml]\nstore: {chunk_size: 30}\n");
  const RunOptions options = load_options(file);
  EXPECT_EQ(options.model.path, "m");
  EXPECT_EQ(options.train.steps, 10);
  EXPECT_EQ(options.seed, 20U);
  EXPECT_EQ(options.store.chunk_size, 30);
}

TEST(LoadTest, ABaseThatBasesShareIsAppliedOnceAndBeforeBoth) {
  const TestFolder folder;
  folder.write("common.yaml", std::string(kPaths) + "seed: 1\ntrain: {steps: 1}\n");
  folder.write("a.yaml", "base: common.yaml\nseed: 10\n");
  folder.write("b.yaml", "base: common.yaml\ntrain: {steps: 20}\n");
  const RunOptions options = load_options(folder.write("run.yaml", "base: [a.yaml, b.yaml]\n"));
  EXPECT_EQ(options.seed, 10U) << "b.yaml's base must not undo what a.yaml says";
  EXPECT_EQ(options.train.steps, 20);
}

TEST(LoadTest, ARunThatOnlyTrainsNeedsNoEvaluationData) {
  const std::string train = "data: {train: {path: t}}\n";
  EXPECT_THAT(message_of([&] { load(train); }), HasSubstr("data.evaluation.path is empty"));
  const RunOptions options = load(train + "evaluate: {sources: []}\n");
  EXPECT_THAT(options.evaluate.sources, ElementsAre());
  EXPECT_THAT(message_of([&] { load(train + "evaluate: {sources: []}\nprune: {kept: [1]}\n"); }),
              HasSubstr("data.evaluation.path is empty"));
}

TEST(LoadTest, PruningByAt2NeedsTrainingData) {
  const std::string rest = "data: {evaluation: {path: e, format: hotpotqa}}\nevaluate: {sources: [], methods: [esm]}\n";
  EXPECT_THAT(message_of([&] { load(rest + "prune: {kept: [1]}\n"); }), HasSubstr("method at2 of prune.methods"));
  EXPECT_THAT(load(rest + "prune: {kept: [1, 3], methods: [esm]}\n").prune.kept, ElementsAre(1, 3));
}

TEST(LoadTest, ThetaIsTrainedOnWhatIsMeasured) {
  const auto message = [](const std::string& train, const std::string& more = "") {
    return message_of([&] { load(kPaths + more + "train: {" + train + "}\n"); });
  };
  EXPECT_THAT(message("features: [value_norm]"), HasSubstr("run.yaml:4: train.features has value_norm"));
  EXPECT_THAT(
      load(std::string(kPaths) + "ablate: {features: [attention, value_norm]}\ntrain: {features: [value_norm]}\n")
          .train.features,
      ElementsAre(Feature::value_norm));
  EXPECT_THAT(message("max_ablations: 33"), HasSubstr("from 2 to 32"));
  EXPECT_THAT(message("max_ablations: 1"), HasSubstr("has no correlation"));
  EXPECT_THAT(message("prior_candidates: [1, 0.1]"), HasSubstr("ascending"));
  EXPECT_THAT(message("prior_candidates: [0.1, 1], prior_strength: 0.3"), HasSubstr("are both set"));
  EXPECT_THAT(message("sparse_heads: -1"), HasSubstr("a whole number, at least 0"));
  const std::string few = "data: {train: {path: t, max_examples: 8}, evaluation: {path: e}}\n";
  EXPECT_THAT(message_of([&] { load(few + "train: {max_examples: 9}\n"); }), HasSubstr("data.train.max_examples is 8"));
}

TEST(LoadTest, PathsInAListMayStandInQuotes) {
  const RunOptions options = load(std::string(kPaths) + "evaluate: {estimators: [runs/a, \"runs/b, c\"]}\n");
  EXPECT_THAT(options.evaluate.estimators, ElementsAre("runs/a", "runs/b, c"));
}

TEST(LoadTest, ListOfTheFileReplacesThatOfTheBase) {
  const TestFolder folder;
  folder.write("base.yaml", std::string(kPaths) + "evaluate: {top_k: [1, 3, 5]}\n");
  EXPECT_THAT(load_options(folder.write("a.yaml", "base: base.yaml\nevaluate: {top_k: [2]}\n")).evaluate.top_k,
              ElementsAre(2));
}

TEST(LoadTest, NameIsTheStemOfTheLastFile) {
  const TestFolder folder;
  folder.write("base.yaml", kPaths);
  EXPECT_EQ(load_options(folder.write("my.run.yaml", "base: base.yaml\n")).name, "my.run");
}

TEST(LoadTest, TextOfSetNeedsNoQuotes) {
  const auto options =
      load(kPaths, {"data.train.path=a: [b]=#c", "data.evaluation.prompt_template=\"{context}\\n{query}\"",
                    "evaluate.methods=[esm, gradient]"});
  EXPECT_EQ(options.data.train.path, "a: [b]=#c");
  EXPECT_EQ(options.data.evaluation.prompt_template, "{context}\n{query}");
  EXPECT_THAT(options.evaluate.methods, ElementsAre(Method::esm, Method::gradient));
}

TEST(LoadTest, PathsStayAsWritten) {
  EXPECT_EQ(load(std::string(kPaths) + "model: {path: ../m.gguf}\n").model.path, "../m.gguf");
}

TEST(LoadTest, SectionWithAllKeysCommentedOutIsEmpty) {
  EXPECT_EQ(load(std::string(kPaths) + "train:\n  # steps: 5\n").train.steps, TrainOptions{}.steps);
}

TEST(LoadTest, TrainingDataIsNeededOnlyForAt2) {
  const std::string evaluation = "data: {evaluation: {path: e}}\n";
  EXPECT_THAT(message_of([&] { load(evaluation); }), HasSubstr("data.train.path is empty"));
  EXPECT_EQ(load(evaluation + "evaluate: {methods: [esm]}\n").data.train.path, "");
}

TEST(LoadTest, At2GeneralNeedsAnEstimatorInPlaceOfTrainingData) {
  const std::string general = "data: {evaluation: {path: e}}\nevaluate: {methods: [at2_general]";
  EXPECT_THAT(message_of([&] { load(general + "}\n"); }), HasSubstr("evaluate.general_estimator is empty"));
  EXPECT_EQ(load(general + ", general_estimator: runs/dolly}\n").evaluate.general_estimator, "runs/dolly");
}

TEST(ValidateTest, ChecksValuesThatWereSetInCode) {
  RunOptions options = load(kPaths);
  validate(options);
  options.evaluate.esm_ablations = {64, 32};
  EXPECT_THAT(message_of([&] { validate(options); }), HasSubstr("evaluate.esm_ablations is [64, 32]"));
  options.evaluate.esm_ablations = {32};
  options.ablate.keep_probability = 1.0;
  EXPECT_THAT(message_of([&] { validate(options); }), HasSubstr("ablate.keep_probability is 1"));
}

/// Those with a strength of the prior that is given: it cannot be chosen, too.
RunOptions with_given_prior() {
  RunOptions options = unusual_options();
  options.train.prior_candidates = {};
  options.train.prior_strength = 0.25;
  return options;
}

TEST(DumpTest, UnusualOptionsComeBackEqual) {
  for (const RunOptions& options : {unusual_options(), with_given_prior()}) {
    const std::string yaml = dump_options(options);
    const RunOptions again = load(yaml);
    EXPECT_THAT(differences(options, again), ElementsAre());
    EXPECT_EQ(again.data.train.prompt_template, options.data.train.prompt_template);
    EXPECT_EQ(again.ablate.keep_probability, options.ablate.keep_probability);
    EXPECT_EQ(again.seed, options.seed);
    EXPECT_EQ(dump_options(again), yaml);
  }
}

TEST(DumpTest, UnusualOptionsDifferFromTheDefaultsInEveryKey) {
  // Guards the test above: a key that it leaves at its default would not be tested.
  std::set<std::string> keys;
  for (const RunOptions& options : {unusual_options(), with_given_prior()}) {
    for (const Difference& difference : differences(RunOptions{}, options)) keys.insert(difference.key);
  }
  EXPECT_EQ(keys.size(), all_keys().size());
}

TEST(DumpTest, DefaultsLoadOnceTheyHavePaths) {
  const RunOptions options = load(dump_default(), {"data.train.path=t", "data.evaluation.path=e", "name=x"});
  EXPECT_THAT(differences(RunOptions{}, options),
              ElementsAre(Difference{"name", "\"\"", "\"x\""}, Difference{"data.train.path", "\"\"", "\"t\""},
                          Difference{"data.evaluation.path", "\"\"", "\"e\""}));
}

TEST(DumpTest, EveryKeyStandsBelowItsMeaning) {
  const std::string yaml = dump_default();
  for (const Key& key : all_keys()) {
    EXPECT_GE(key.meaning.size(), 10U) << key.path;
    const std::string word = key.path.substr(key.path.rfind('.') + 1);
    EXPECT_THAT(yaml, HasSubstr("# " + key.meaning + " (" + key.expected + ")\n"));
    EXPECT_THAT(yaml, HasSubstr(word + ": "));
  }
}

TEST(DifferencesTest, NamesKeyAndBothValues) {
  RunOptions have;
  RunOptions want;
  want.seed = 2;
  want.evaluate.sources = {SourceKind::token};
  EXPECT_THAT(differences(have, want), ElementsAre(Difference{"seed", "1", "2"},
                                                   Difference{"evaluate.sources", "[token, sentence]", "[token]"}));
}

TEST(KeysTest, PathsAreUnique) {
  std::set<std::string> paths;
  for (const Key& key : all_keys()) EXPECT_TRUE(paths.insert(key.path).second) << key.path;
}

TEST(EnumTextTest, WordsAndValuesBelongTogether) {
  EXPECT_EQ(to_text(SourceKind::token), "token");
  EXPECT_EQ(from_text<SourceKind>("document"), SourceKind::passage);
  EXPECT_EQ(to_text(SourceKind::passage), "passage");
  for (const auto word : enum_words<DatasetFormat>()) EXPECT_EQ(to_text(*from_text<DatasetFormat>(word)), word);
  EXPECT_EQ(to_text(DeviceChoice::automatic), "auto");
  EXPECT_EQ(from_text<Method>("leave_one_out"), Method::leave_one_out);
  EXPECT_EQ(from_text<Method>("Leave_one_out"), std::nullopt);
  EXPECT_EQ(enum_list<FeatureDtype>(), "float32, float16");
  for (const auto word : enum_words<DtypeChoice>()) EXPECT_EQ(to_text(*from_text<DtypeChoice>(word)), word);
}

TEST(ProjectConfigsTest, EveryOneLoadsAndItsFilesExist) {
  const std::filesystem::path root = AT2_SOURCE_DIR;
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(root / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    const RunOptions options = load_options(entry.path());
    names.insert(options.name);
    EXPECT_TRUE(std::filesystem::is_regular_file(root / options.data.train.path)) << entry.path();
    EXPECT_TRUE(std::filesystem::is_regular_file(root / options.data.evaluation.path)) << entry.path();
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"quickstart", "hotpotqa_samples", "default_estimator"}));
}

}  // namespace
}  // namespace at2
