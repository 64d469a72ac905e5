// Thought attribution as a user runs it: given responses, and a tiny model that writes its own thoughts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/ranges.h"
#include "store/hdf5_reader.h"
#include "support/equal_runs.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using nlohmann::json;
using testing::CommandResult;
using testing::expect_equal_runs;
using ::testing::HasSubstr;
using testing::TinyRun;

constexpr const char* kThinkingTemplate = "{% for m in messages %}<b>{{ m.content }}{% endfor %}<a><think>\n";

/// A record; context and response may be null.
std::string record(const std::string& id, const json& context, const json& response) {
  json line = {{"id", id}, {"query", "what is " + id + "?"}, {"context", context}};
  if (!response.is_null()) line["response"] = response;
  return line.dump() + "\n";
}

/// Records with given thoughts, of which some have no context and some leave out the tag that the prompt ends with.
std::string given_records(int count, const std::string& tag) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const std::string id = tag + std::to_string(i);
    const json context = i % 3 == 1 ? json(nullptr) : json("the " + id + " box is red. it has two lids.");
    const std::string thoughts = "it is a box. boxes of kind " + std::string(1 + i % 4, 'k') + " are red.";
    lines += record(id, context, (i % 2 == 0 ? "<think>\n" : "") + thoughts + "\n</think>\n\nit is red. it has lids.");
  }
  return lines;
}

class ThoughtRunTest : public ::testing::Test {
 protected:
  ThoughtRunTest() {
    tiny_.folder().write("model/chat_template.jinja", kThinkingTemplate);
    std::string config = TinyRun::config_text();
    for (std::size_t at = 0; (at = config.find("format: dolly")) != std::string::npos;) {
      config.replace(at, 13, "format: jsonl");
    }
    config.replace(config.find("max_new_tokens: 24"), 18, "max_new_tokens: 120");
    tiny_.folder().write("config.yaml", "task: thought\n" + config);
    data(given_records(6, "t"), given_records(3, "e"));
  }
  void data(const std::string& train, const std::string& evaluation) const {
    tiny_.folder().write("train.jsonl", train);
    tiny_.folder().write("evaluation.jsonl", evaluation);
  }
  [[nodiscard]] Hdf5Reader shard(const std::string& path) const { return Hdf5Reader(tiny_.path() / path); }

  TinyRun tiny_{1, 1};
};

std::vector<std::string> parts(const Hdf5Reader& file, const std::string& text_name, const std::string& ranges_name) {
  const std::string text = file.read_text(text_name);
  const at::Tensor ranges = file.read(ranges_name);
  std::vector<std::string> found;
  for (std::int64_t i = 0; i < ranges.size(0); ++i) {
    const auto begin = ranges[i][0].item<std::int64_t>();
    found.push_back(text.substr(static_cast<std::size_t>(begin),
                                static_cast<std::size_t>(ranges[i][1].item<std::int64_t>() - begin)));
  }
  return found;
}

TEST_F(ThoughtRunTest, OneAndTwoRanksGiveEqualBits) {
  for (const int ranks : {1, 2}) {
    const CommandResult result = tiny_.run("run", ranks, "ranks" + std::to_string(ranks));
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  expect_equal_runs(tiny_.path() / "ranks1", tiny_.path() / "ranks2");
}

TEST_F(ThoughtRunTest, TheStoreSaysWhichTextSourcesAndTargetsAreOf) {
  const CommandResult result = tiny_.run("run", 0, "out");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Hdf5Reader first = shard("out/scores/chunk-00000.h5");
  const std::string group = "examples/000000/";
  EXPECT_EQ(first.read_text(group + "sources_text"),
            "the e0 box is red. it has two lids.\n\nit is a box. boxes of kind k are red.");
  EXPECT_EQ(first.read_text(group + "response"), "it is red. it has lids.");
  EXPECT_THAT(parts(first, group + "response", group + "target_chars"),
              ::testing::ElementsAre("it is red.", "it has lids."));
  EXPECT_THAT(
      parts(first, group + "sources_text", group + "sentence/source_chars"),
      ::testing::ElementsAre("the e0 box is red.", "it has two lids.", "it is a box.", "boxes of kind k are red."));
  const Hdf5Reader second = shard("out/scores/chunk-00001.h5");
  EXPECT_EQ(second.read_text("examples/000001/sources_text"), "it is a box. boxes of kind kk are red.")
      << "without a context";
  // A tokenizer of letters: a token source for each character of both texts.
  EXPECT_EQ(first.read(group + "token/source_chars").size(0), std::ssize(first.read_text(group + "sources_text")) - 2);
  std::ifstream file(tiny_.path() / "out/report.html");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(page, HasSubstr("boxes of kind k are red."));
}

TEST_F(ThoughtRunTest, TheTaskIsPartOfEveryFingerprint) {
  ASSERT_EQ(tiny_.run("run", 0, "thought").exit_code, 0);
  ASSERT_EQ(tiny_.run("generate", 0, "context", "--set task=context").exit_code, 0);
  const auto fingerprint = [&](const std::string& path) { return shard(path).text_attribute("/", "fingerprint"); };
  EXPECT_NE(fingerprint("thought/responses/train/chunk-00000.h5"),
            fingerprint("context/responses/train/chunk-00000.h5"));
  // Results of the one task in the folder of the other are refused, not taken over.
  std::filesystem::remove_all(tiny_.path() / "context");
  std::filesystem::copy(tiny_.path() / "thought", tiny_.path() / "context", std::filesystem::copy_options::recursive);
  const CommandResult other = tiny_.run("run", 0, "context", "--set task=context");
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.output, HasSubstr("task is thought there and context now"));
}

TEST_F(ThoughtRunTest, UnfinishedGenerationsAreCountedAndLeftOutHoweverMany) {
  // The tiny model never closes its thought; two thirds of the records are its own.
  std::string train = given_records(2, "t");
  std::string evaluation = given_records(2, "e");
  for (const char* id : {"g0", "g1", "g2", "g3"}) {
    train += record(id, "a box is red.", nullptr);
    evaluation += record(id, nullptr, nullptr);
  }
  data(train, evaluation);
  const CommandResult result = tiny_.run("run", 2, "out");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("train examples left out: 4 x unfinished thought"));
  EXPECT_THAT(result.output, HasSubstr("evaluation examples left out: 4 x unfinished thought"));
  EXPECT_EQ(shard("out/scores/chunk-00003.h5").text_attribute("examples/000003", "skipped"), "unfinished thought");
  EXPECT_EQ(shard("out/estimator.h5").int_attribute("provenance", "num_examples"), 2);
}

TEST_F(ThoughtRunTest, WithNoFinishedThoughtTheRunEndsAndSaysWhatToDo) {
  data(record("g0", "a box is red.", nullptr) + record("g1", nullptr, nullptr), given_records(2, "e"));
  for (const int ranks : {1, 2}) {
    const CommandResult result = tiny_.run("run", ranks, "out");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.output, HasSubstr("no example of train.jsonl can be used (2 x unfinished thought)"));
    EXPECT_THAT(result.output, HasSubstr("generate.max_new_tokens is 120"));
  }
}

TEST_F(ThoughtRunTest, AGivenResponseWithoutAThoughtIsAFaultOfItsRecord) {
  data(given_records(2, "t") + record("u0", "a box is red.", "it is red."), given_records(2, "e"));
  const CommandResult refused = tiny_.run("run", 0, "out");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("u0: the response has no </think>"));
  EXPECT_THAT(refused.output, HasSubstr("1 of 3 examples of train.jsonl cannot be used (1 x unfinished thought)"));
  EXPECT_THAT(refused.output, HasSubstr("data.max_bad_fraction"));
  const CommandResult borne = tiny_.run("run", 0, "borne", "--set data.max_bad_fraction=0.5");
  EXPECT_EQ(borne.exit_code, 0) << borne.output;
}

TEST_F(ThoughtRunTest, AResponseLongerThanTheModelAllowsIsRefused) {
  const CommandResult all = tiny_.run("run", 0, "all", "--set generate.max_new_tokens=4096");
  EXPECT_EQ(all.exit_code, 1);
  EXPECT_THAT(all.output, HasSubstr("generate.max_new_tokens is 4096 (the model has"));
  EXPECT_THAT(all.output, HasSubstr("leave room for the prompt"));
  const std::string thoughts(150, 'a');
  data(given_records(2, "t") + record("long", nullptr, thoughts + "</think>b"), given_records(2, "e"));
  const CommandResult one = tiny_.run("run", 0, "one");
  EXPECT_EQ(one.exit_code, 1);
  EXPECT_THAT(one.output, HasSubstr("1 x response longer than generate.max_new_tokens"));
}

TEST_F(ThoughtRunTest, AModelThatClosesItsThoughtIsAttributedToIt) {
  // What the random model writes is made a thought and an answer: one of its tokens is spelled "</think>", and a later
  // one ends its response.
  data(record("g0", "a box is red.", nullptr), record("g0", "a box is red.", nullptr));
  ASSERT_EQ(tiny_.run("generate", 0, "first").exit_code, 0);
  const Hdf5Reader first = shard("first/responses/train/chunk-00000.h5");
  const at::Tensor tokens = first.read("examples/000000/tokens");
  std::vector<std::int64_t> written(tokens.const_data_ptr<std::int64_t>(),
                                    tokens.const_data_ptr<std::int64_t>() + tokens.numel());
  // Positions whose token was not there before, and which the prompt does not have.
  std::vector<std::int64_t> news;
  for (std::size_t i = 3; i < written.size(); ++i) {
    const auto place = written.begin() + static_cast<std::ptrdiff_t>(i);
    if (written[i] > 99 && std::find(written.begin(), place, written[i]) == place) {
      news.push_back(static_cast<std::int64_t>(i));
    }
  }
  ASSERT_GE(news.size(), 2U) << "the tiny model repeats itself too soon for this test";
  const std::int64_t close = news[0];
  const std::int64_t end = *std::find_if(news.begin(), news.end(), [&](std::int64_t i) { return i > close + 1; });
  json tokenizer = json::parse(TinyRun::tokenizer_json());
  json& vocabulary = tokenizer["model"]["vocab"];
  for (auto entry = vocabulary.begin(); entry != vocabulary.end(); ++entry) {
    if (entry.value() != written[static_cast<std::size_t>(close)]) continue;
    vocabulary.erase(entry);
    break;
  }
  vocabulary["</think>"] = written[static_cast<std::size_t>(close)];
  tiny_.folder().write("model/tokenizer.json", tokenizer.dump());
  tiny_.folder().write("model/generation_config.json",
                       json{{"bos_token_id", 0}, {"eos_token_id", written[static_cast<std::size_t>(end)]}}.dump());

  const CommandResult result = tiny_.run("run", 2, "out");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Hdf5Reader own = shard("out/responses/train/chunk-00000.h5");
  EXPECT_EQ(own.int_attribute("examples/000000", "ended"), 1);
  EXPECT_EQ(own.read("examples/000000/tokens").numel(), end);
  const Hdf5Reader ablations = shard("out/ablations/chunk-00000.h5");
  const at::Tensor sources = ablations.read("examples/000000/sources");
  const at::Tensor targets = ablations.read("examples/000000/targets");
  // "<b>Context: a box is red.\n\nQuery: what is g0?<a><think>\n", a token for each character.
  const auto prompt = std::ssize(std::string("Context: a box is red.\n\nQuery: what is g0?<think>\n")) + 2;
  EXPECT_EQ(sources.index({-1, 1}).item<std::int64_t>(), prompt + close) << "the last source ends before the tag";
  EXPECT_EQ(sources.size(0), 13 + close) << "characters of the context and tokens of the thought";
  EXPECT_EQ(targets.index({0, 0}).item<std::int64_t>(), prompt + close + 1) << "the answer begins after it";
  EXPECT_EQ(targets.index({-1, 1}).item<std::int64_t>(), prompt + end);
}

}  // namespace
}  // namespace at2
