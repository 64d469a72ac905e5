/// \file model/architecture.h
/// \brief The table of supported architectures: what each switches on in the one decoder of this program.
#pragma once

#include <string>
#include <string_view>

namespace at2 {

/// What an architecture adds to a plain pre-norm decoder, and how its files differ. docs/models.md tells how to add
/// one.
struct Architecture {
  /// `model_type` of config.json.
  std::string_view model_type;
  /// `general.architecture` of GGUF files; empty where another row reads them.
  std::string_view gguf_name = {};

  bool qkv_bias = false;
  bool qk_norm = false;
  bool post_norms = false;
  bool gelu = false;
  /// Embeddings times sqrt(model width).
  bool scaled_embeddings = false;

  /// Which layers slide.
  enum class Sliding {
    none,
    /// All, where config has a window.
    every_layer,
    /// Those from `max_window_layers` on, where `use_sliding_window` says so.
    upper_layers,
    /// All but every `sliding_window_pattern`-th.
    pattern
  };
  Sliding sliding = Sliding::none;

  /// Hugging Face files store norm weights less one.
  bool norms_less_one = false;
  /// One tensor for queries, keys and values, and one for gate and up.
  bool fused_projections = false;
  /// GGUF files store the rows of query and key heads as pairs (j, j + K/2).
  bool gguf_interleaved = false;
  /// JSON object: values that config.json may leave out, as the architecture's own configuration class has them.
  std::string_view defaults = "{}";
};

/// \param file  named in messages
/// \throws UserError listing the supported ones
[[nodiscard]] const Architecture& architecture_of_model_type(std::string_view model_type, const std::string& file);
[[nodiscard]] const Architecture& architecture_of_gguf(std::string_view name, const std::string& file);

}  // namespace at2
