/// \file ablation/feature_kinds.h
/// \brief Features of several kinds, which stand side by side along the last dimension, equally many of each.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/errors.h"
#include "config/options.h"

namespace at2 {

/// Those of some kinds in the order asked for; the tensor itself where these are all there are, in their order.
/// \pre the wanted kinds are among those there are
[[nodiscard]] inline at::Tensor of_kinds(const at::Tensor& features, std::span<const Feature> kinds,
                                         std::span<const Feature> wanted) {
  if (std::equal(wanted.begin(), wanted.end(), kinds.begin(), kinds.end())) return features;
  const std::int64_t width = features.size(-1) / std::ssize(kinds);
  std::vector<at::Tensor> parts;
  for (const Feature kind : wanted) {
    const auto found = std::find(kinds.begin(), kinds.end(), kind);
    AT2_EXPECT(found != kinds.end(), "the kind of features is there");
    parts.push_back(features.narrow(-1, (found - kinds.begin()) * width, width));
  }
  return at::cat(parts, -1);
}

}  // namespace at2
