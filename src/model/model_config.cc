#include "model/model_config.h"

#include "base/errors.h"

namespace at2 {
namespace {

[[noreturn]] void misfit(const std::string& file, const std::string& what, const std::string& why) {
  throw UserError(file + ": " + what, why, "use an unchanged config of a supported model");
}

void check_divisors(const RopeOptions& rope, std::int64_t rotary_width, const std::string& file) {
  for (const auto* divisors : {&rope.divisors, &rope.long_divisors}) {
    if (divisors->empty() || std::ssize(*divisors) == rotary_width / 2) continue;
    misfit(file, "the RoPE factors do not fit the heads",
           std::to_string(divisors->size()) + " factors, " + std::to_string(rotary_width / 2) + " frequencies");
  }
}

}  // namespace

void check(const ModelConfig& config, const std::string& file) {
  const auto positive = [&](std::int64_t number, const char* what) {
    if (number <= 0) misfit(file, std::string(what) + " is " + std::to_string(number), "it must be positive");
  };
  positive(config.num_layers, "the number of layers");
  positive(config.num_heads, "the number of heads");
  positive(config.num_kv_heads, "the number of key/value heads");
  positive(config.head_width, "the head width");
  positive(config.model_width, "the model width");
  positive(config.feed_forward_width, "the feed-forward width");
  positive(config.vocabulary_size, "the vocabulary size");
  positive(config.max_positions, "the number of positions");
  positive(config.rotary_width, "the number of rotating dimensions");
  if (config.num_heads % config.num_kv_heads != 0) {
    misfit(file, "heads do not fit together",
           std::to_string(config.num_heads) + " heads, " + std::to_string(config.num_kv_heads) + " key/value heads");
  }
  if (config.rotary_width % 2 != 0 || config.rotary_width > config.head_width) {
    misfit(file, "the rotating dimensions do not fit the heads",
           std::to_string(config.rotary_width) + " of " + std::to_string(config.head_width));
  }
  check_divisors(config.rope, config.rotary_width, file);
  if (std::ssize(config.reach) != config.num_layers) {
    misfit(file, "the list of layer types does not fit",
           std::to_string(config.reach.size()) + " entries, " + std::to_string(config.num_layers) + " layers");
  }
  for (const AttentionReach reach : config.reach) {
    if (reach == AttentionReach::sliding) positive(config.sliding_window, "the sliding window");
  }
}

}  // namespace at2
