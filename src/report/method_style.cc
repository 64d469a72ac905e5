#include "report/method_style.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "report/format.h"

namespace at2 {
namespace {

struct KnownMethod {
  std::string_view key;
  std::string_view css_class;
  std::string_view pattern;
  Marker marker;
};

/// In the order in which they are shown; the numbers of ablations of ESM follow.
constexpr std::array<KnownMethod, 7> kKnown = {{
    {"at2", "m-at2", "", Marker::circle},
    {"at2_general", "m-general", "hatch-up", Marker::square},
    {"average_attention", "m-average", "hatch-dots", Marker::triangle_up},
    {"value_norm", "m-norm", "hatch-up", Marker::square},
    {"logit_contribution", "m-logit", "", Marker::square},
    {"gradient", "m-gradient", "hatch-lines", Marker::triangle_down},
    {"leave_one_out", "m-loo", "hatch-down", Marker::plus},
}};

constexpr int kFirstSurrogate = 100;
constexpr int kUnknown = 2'000'000'000;

/// Ablations of "esm_32"; 0 for other keys.
int surrogate_ablations_of(std::string_view key) {
  constexpr std::string_view kPrefix = "esm_";
  int count = 0;
  if (key.starts_with(kPrefix)) std::from_chars(key.data() + kPrefix.size(), key.data() + key.size(), count);
  return std::clamp(count, 0, 1'000'000'000);
}

MethodStyle surrogate_style(int num_ablations) {
  // Shades from light to dark, one for each doubling.
  const char* shade = num_ablations <= 32    ? "m-esm1"
                      : num_ablations <= 64  ? "m-esm2"
                      : num_ablations <= 128 ? "m-esm3"
                      : num_ablations <= 256 ? "m-esm4"
                                             : "m-esm5";
  return {kFirstSurrogate + num_ablations, shade, "", Marker::diamond};
}

}  // namespace

std::string method_key(std::string_view name) {
  std::string key;
  for (const char c : slug(name)) {
    if (c != '_' || (!key.empty() && key.back() != '_')) key += c;
  }
  while (!key.empty() && key.back() == '_') key.pop_back();
  if (key == "gradient_l1") return "gradient";
  if (key == "at2_task_specific") return "at2";
  return key;
}

MethodStyle method_style(std::string_view name) {
  const std::string key = method_key(name);
  for (std::size_t order = 0; order < kKnown.size(); ++order) {
    const KnownMethod& known = kKnown[order];
    if (known.key == key) {
      return {static_cast<int>(order), std::string(known.css_class), std::string(known.pattern), known.marker};
    }
  }
  if (const int count = surrogate_ablations_of(key); count > 0) return surrogate_style(count);
  return {kUnknown, "m-other", "hatch-cross", Marker::square};
}

}  // namespace at2
