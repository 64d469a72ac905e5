/// \file support/tiny_run.h
/// \brief A whole run on a tiny random model, driven through the program as a user drives it.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "support/shell.h"
#include "support/test_files.h"

namespace at2::testing {

/// A folder with the tiny model, a tokenizer of single characters, a chat template, data sets and a config.
class TinyRun {
 public:
  explicit TinyRun(int training_examples = 10, int evaluation_examples = 4, const std::string& model = "llama3") {
    const auto golden = std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / model;
    std::filesystem::create_directories(folder_.path() / "model");
    for (const char* name : {"config.json", "generation_config.json", "model.safetensors"}) {
      std::filesystem::copy_file(golden / name, folder_.path() / "model" / name);
    }
    folder_.write("model/tokenizer.json", tokenizer_json());
    folder_.write("model/tokenizer_config.json", "{\"bos_token\": \"<b>\", \"eos_token\": \"<e>\"}");
    folder_.write("model/chat_template.jinja", "{% for m in messages %}<b>{{ m.content }}{% endfor %}<a>");
    folder_.write("train.jsonl", records(training_examples, "t"));
    folder_.write("evaluation.jsonl", records(evaluation_examples, "e"));
    folder_.write("config.yaml", config_text());
  }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] const TestFolder& folder() const { return folder_; }

  /// at2 COMMAND CONFIG --out OUT ARGUMENTS on `ranks` ranks; 0 = without mpirun.
  [[nodiscard]] std::string command_line(const std::string& command, int ranks, const std::string& out,
                                         const std::string& arguments = "") const {
    std::string line = "cd " + path().string() + " && ";
    if (ranks > 0) {
      line += "mpirun --allow-run-as-root --oversubscribe --bind-to none -n " + std::to_string(ranks) + " ";
    }
    return line + AT2_PROGRAM + " " + command + " config.yaml --out " + out + " " + arguments;
  }
  [[nodiscard]] CommandResult run(const std::string& command, int ranks, const std::string& out,
                                  const std::string& arguments = "") const {
    return run_command(command_line(command, ranks, out, arguments));
  }

  static std::string config_text() {
    return "name: tiny\n"
           "model: {path: model, device: cpu, threads: 1}\n"
           "data:\n"
           "  train: {format: dolly, path: train.jsonl}\n"
           "  evaluation: {format: dolly, path: evaluation.jsonl}\n"
           "generate: {max_new_tokens: 24}\n"
           "ablate: {num_ablations: 8}\n"
           "train: {steps: 20}\n"
           "evaluate: {methods: [at2, average_attention, gradient, esm, leave_one_out], lds_ablations: 8, "
           "esm_ablations: [4, 8], top_k: [1, 3], bootstrap_samples: 50}\n"
           "store: {chunk_size: 1}\n";
  }

  /// Short contexts that differ from each other in length and letters.
  static std::string records(int count, const std::string& tag) {
    std::string lines;
    for (int i = 0; i < count; ++i) {
      nlohmann::json record;
      record["instruction"] = "what is " + tag + std::to_string(i) + "?";
      record["context"] =
          "the " + tag + std::to_string(i) + " box is red. it has " + std::string(1 + i % 5, 'x') + " lids.";
      record["response"] = "red";
      record["category"] = "closed_qa";
      lines += record.dump() + "\n";
    }
    return lines;
  }

  /// Every printable ASCII character and the newline is a token; ids 0 to 3 are special.
  static std::string tokenizer_json() {
    using nlohmann::json;
    json vocabulary = {{"<b>", 0}, {"<e>", 1}, {"<u>", 2}, {"<a>", 3}};
    int id = 4;
    for (char c = ' '; c <= '~'; ++c) vocabulary[std::string(1, c)] = id++;
    vocabulary["\n"] = id++;
    json added = json::array();
    for (const char* token : {"<b>", "<e>", "<u>", "<a>"}) {
      added.push_back({{"id", vocabulary[token]},
                       {"content", token},
                       {"single_word", false},
                       {"lstrip", false},
                       {"rstrip", false},
                       {"normalized", false},
                       {"special", true}});
    }
    // The rest of the model's vocabulary, so that whatever it writes has a text.
    for (int rest = 0; id < 199; ++rest, ++id) vocabulary["w" + std::to_string(rest) + " "] = id;
    return json{{"version", "1.0"},
                {"truncation", nullptr},
                {"padding", nullptr},
                {"added_tokens", added},
                {"normalizer", nullptr},
                {"pre_tokenizer", nullptr},
                {"post_processor", nullptr},
                {"decoder", {{"type", "Fuse"}}},
                {"model",
                 {{"type", "BPE"},
                  {"dropout", nullptr},
                  {"unk_token", "<u>"},
                  {"continuing_subword_prefix", nullptr},
                  {"end_of_word_suffix", nullptr},
                  {"fuse_unk", false},
                  {"byte_fallback", false},
                  {"ignore_merges", false},
                  {"vocab", vocabulary},
                  {"merges", json::array()}}}}
        .dump();
  }

 private:
  TestFolder folder_;
};

}  // namespace at2::testing
