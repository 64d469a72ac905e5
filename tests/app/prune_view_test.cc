#include "app/prune_view.h"

#include <gtest/gtest.h>

#include "store/shard.h"
#include "store/shard_folder.h"
#include "support/test_files.h"

namespace at2 {
namespace {

/// A method that keeps one source, then two.
struct MadeUpMethod {
  std::string key;
  std::string title;
  std::vector<std::int64_t> response_K;
};

struct MadeUpExample {
  std::string right_answer;
  std::vector<std::string> responses;
  std::vector<std::int64_t> prompt_tokens;
  std::int64_t oracle;
  std::vector<MadeUpMethod> methods;
};

void write_chunk(const std::filesystem::path& run, std::int64_t chunk, const MadeUpExample& example) {
  const ShardHeader header{"prune", 1, "print", "cpu", "float32", "AVX2", chunk, 2};
  std::filesystem::create_directories(run / "prune");
  ShardWriter writer(shard_path(run / "prune", chunk), header);
  const std::string group = "examples/00000" + std::to_string(chunk);
  writer.write_attribute(group, "skipped", "");
  writer.write_text(group + "/right_answer", example.right_answer);
  writer.write_texts(group + "/responses", example.responses);
  writer.write(group + "/prompt_tokens", at::tensor(example.prompt_tokens, at::kLong));
  writer.write(group + "/kept_K", at::tensor({1, 2}, at::kLong));
  writer.write_attribute(group, "oracle", example.oracle);
  std::vector<std::string> keys;
  for (const MadeUpMethod& method : example.methods) {
    keys.push_back(method.key);
    const std::string place = group + "/methods/" + method.key;
    writer.write(place + "/response_K", at::tensor(method.response_K, at::kLong));
    writer.write_attribute(place, "title", method.title);
  }
  writer.write_texts(group + "/methods_in_order", keys);
  writer.commit();
}

void expect_row(const PruneRow& row, const std::string& method, std::optional<std::int64_t> kept, double f1,
                double exact_match, double share, std::int64_t unmarked) {
  EXPECT_EQ(row.method, method);
  EXPECT_EQ(row.kept, kept);
  EXPECT_DOUBLE_EQ(row.f1.mean, f1) << method;
  EXPECT_DOUBLE_EQ(row.exact_match.mean, exact_match) << method;
  EXPECT_DOUBLE_EQ(row.kept_share, share) << method;
  EXPECT_EQ(row.unmarked_answers, unmarked) << method;
}

TEST(ReadPruneTest, ScoresTheAnswersOfHandMadeResponses) {
  const TestFolder folder;
  write_chunk(folder.path(), 0,
              {"a green flag",
               {"It is white. Final answer: white", "Final answer: The green flag.", "It is a green flag."},
               {100, 40, 60},
               1,
               {{"esm_32", "ESM (32)", {1, 0}}, {"at2", "AT2", {2, 1}}}});
  write_chunk(folder.path(), 1,
              {"rope",
               {"Final answer: hemp rope", "rope", "Final answer: rope"},
               {200, 50, 100},
               -1,
               {{"esm_32", "ESM (32)", {1, 2}}, {"at2", "AT2", {2, 0}}}});
  const auto view = read_prune(folder.path(), {});
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->examples, 2);
  ASSERT_EQ(view->rows.size(), 6U);
  // "hemp rope" against "rope": precision 1/2, recall 1.
  const double two_thirds = 2.0 / 3.0;
  expect_row(view->rows[0], "Whole context", std::nullopt, two_thirds / 2, 0, 1, 0);
  expect_row(view->rows[1], "Oracle", std::nullopt, 1, 1, 0.4, 0);
  EXPECT_EQ(view->rows[1].f1.count, 1);
  expect_row(view->rows[2], "ESM (32)", 1, 0.5, 0.5, (0.4 + 0.25) / 2, 1);
  expect_row(view->rows[3], "ESM (32)", 2, 0.5, 0.5, (1 + 0.5) / 2, 0);
  expect_row(view->rows[4], "AT2", 1, 0.5, 0.5, (0.6 + 0.5) / 2, 1);
  expect_row(view->rows[5], "AT2", 2, (1 + two_thirds) / 2, 0.5, (0.4 + 1) / 2, 0);
  EXPECT_EQ(view->unmarked_answers, 2);
}

TEST(ReadPruneTest, AnUnmarkedResponseCanCountAsAWhole) {
  const TestFolder folder;
  write_chunk(folder.path(), 0, {"rope", {"The rope", "Final answer: wool"}, {10, 5}, 1, {}});
  write_chunk(folder.path(), 1, {"red", {"It is red", "red"}, {10, 5}, 1, {}});
  EXPECT_EQ(read_prune(folder.path(), {})->rows[0].f1.mean, 0);
  RunOptions options;
  options.prune.unmarked = UnmarkedAnswer::response;
  const auto view = read_prune(folder.path(), options);
  // 1, and one of three words that are the one right one: 2 * 1/3 * 1 / (4/3).
  expect_row(view->rows[0], "Whole context", std::nullopt, 0.75, 0.5, 1, 2);
  expect_row(view->rows[1], "Oracle", std::nullopt, 0.5, 0.5, 0.5, 1);
}

TEST(ReadPruneTest, WithoutAFolderThereIsNothingAndAMissingChunkIsNamed) {
  const TestFolder folder;
  EXPECT_FALSE(read_prune(folder.path(), {}).has_value());
  write_chunk(folder.path(), 0, {"rope", {"Final answer: rope"}, {10}, -1, {}});
  EXPECT_NE(message_of([&] {
              static_cast<void>(read_prune(folder.path(), {}));
            }).find("1 of 2 chunks are missing, chunk-00001.h5 first"),
            std::string::npos);
}

}  // namespace
}  // namespace at2
