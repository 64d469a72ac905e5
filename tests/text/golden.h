/// \file tests/text/golden.h
/// \brief Golden files of the room `text`, and the default model's own vocabulary.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/deps.h"
#include "base/ranges.h"
#include "checkpoint/gguf.h"
#include "text/chat_template.h"
#include "text/gguf_tokenizer.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

namespace at2::golden {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path path_of(const std::string& name) {
  return std::filesystem::path(AT2_GOLDEN_DIR) / "text" / name;
}

inline std::string read_text(const std::string& name) { return read_file(path_of(name)); }

inline nlohmann::json read_json(const std::string& name) { return nlohmann::json::parse(read_text(name)); }

inline CharRange range(const nlohmann::json& pair) {
  return {pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>()};
}

inline TokenRange token_range(const nlohmann::json& pair) {
  return {pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>()};
}

/// Golden files have code points.
inline std::vector<CharRange> byte_ranges(const nlohmann::json& pairs, const std::string& text) {
  const CodePointOffsets offsets(text);
  std::vector<CharRange> ranges;
  for (const nlohmann::json& pair : pairs) ranges.push_back(offsets.to_bytes(range(pair)));
  return ranges;
}

inline std::vector<Message> messages(const nlohmann::json& turns) {
  std::vector<Message> all;
  for (const nlohmann::json& turn : turns) all.push_back({turn.at("role"), turn.at("content")});
  return all;
}

inline std::optional<std::string> optional_text(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

inline GenerationPrompt generation_prompt(const nlohmann::json& test_case) {
  return test_case.at("add_generation_prompt").get<bool>() ? GenerationPrompt::yes : GenerationPrompt::no;
}

inline Tokenizer default_tokenizer() {
  return Tokenizer::from_json(tokenizer_json(gguf_vocabulary(GgufFile(default_model_path()))));
}

}  // namespace at2::golden
