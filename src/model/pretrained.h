/// \file model/pretrained.h
/// \brief A model with its tokenizer and chat template, from a GGUF file or a Hugging Face folder.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "model/language_model.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace at2 {

/// Everything that belongs to a model but its weights: cheap to load, enough to validate a run.
struct ModelText {
  ModelConfig config;
  Tokenizer tokenizer;
  ChatFormat chat;
};

/// \param path  GGUF file, Hugging Face folder, or "default"
/// \return the path to read, with "default" resolved
/// \throws UserError if there is no such file or folder
[[nodiscard]] std::filesystem::path resolve_model_path(const std::string& path);

/// Name of the model's file without its ending, or of its folder, for people.
[[nodiscard]] std::string model_name(const std::filesystem::path& path);

/// Config, tokenizer and chat template.
/// \throws UserError if a file is missing or broken, or the tokenizer has another size than the model's vocabulary.
[[nodiscard]] ModelText load_model_text(const std::filesystem::path& path);

/// The dtype of most of the checkpoint's weights; float16 for quantised ones.
[[nodiscard]] at::ScalarType stored_dtype(const std::filesystem::path& path);

/// The model with its weights in `place`.
/// \param cache  file with the weights of this model in the dtype of `place` (model/weight_cache.h); used if it is
/// there \param check  of safetensors that are mapped as they are
[[nodiscard]] LanguageModel load_language_model(const std::filesystem::path& path, const ModelConfig& config,
                                                const ComputePlace& place,
                                                const std::optional<std::filesystem::path>& cache = std::nullopt,
                                                FiniteCheck check = FiniteCheck::yes);

/// Digest of all files that decide what the model computes: weights, config, tokenizer, template.
[[nodiscard]] std::string model_fingerprint(const std::filesystem::path& path);

}  // namespace at2
