#include "ablation/keep_masks.h"

#include <random>
#include <span>

#include "base/errors.h"
#include "base/hash.h"
#include "base/random.h"

namespace at2 {
namespace {

const char* purpose_name(MaskPurpose purpose) {
  switch (purpose) {
    case MaskPurpose::training:
      return "ablation masks: training";
    case MaskPurpose::surrogate:
      return "ablation masks: surrogate";
    case MaskPurpose::evaluation:
      return "ablation masks: evaluation";
  }
  return "";
}

/// numpy.random.RandomState(seed).choice([False, True], size, p=[1 - keep, keep]).
void fill_as_numpy(std::span<std::uint8_t> keep, std::uint32_t seed, double keep_probability) {
  std::mt19937 generator(seed);
  for (std::uint8_t& value : keep) {
    const auto high = static_cast<double>(generator() >> 5);
    const auto low = static_cast<double>(generator() >> 6);
    const double uniform = (high * 67108864.0 + low) / 9007199254740992.0;
    value = uniform >= 1.0 - keep_probability ? 1 : 0;
  }
}

}  // namespace

at::Tensor random_keep_masks(std::string_view example_id, std::int64_t num_sources, const MaskOptions& options) {
  AT2_EXPECT(num_sources > 0 && options.num_ablations >= 0, "there are sources to keep");
  at::Tensor keep_MS = at::empty({options.num_ablations, num_sources}, at::kByte);
  auto* rows = keep_MS.mutable_data_ptr<std::uint8_t>();
  const std::uint64_t example = hash64(example_id);
  for (std::int64_t m = 0; m < options.num_ablations; ++m) {
    const std::span<std::uint8_t> keep(rows + m * num_sources, static_cast<std::size_t>(num_sources));
    if (options.design == MaskDesign::antithetic && m % 2 == 1) {
      const std::uint8_t* before = keep.data() - num_sources;
      for (std::size_t s = 0; s < keep.size(); ++s) keep[s] = before[s] == 0 ? 1 : 0;
      continue;
    }
    if (options.seeding == MaskSeeding::reference) {
      fill_as_numpy(keep, static_cast<std::uint32_t>(m), options.keep_probability);
      continue;
    }
    RandomStream stream(options.seed, purpose_name(options.purpose),
                        {example, static_cast<std::uint64_t>(num_sources), static_cast<std::uint64_t>(m)});
    for (std::uint8_t& value : keep) value = stream.uniform() < options.keep_probability ? 1 : 0;
  }
  return keep_MS;
}

at::Tensor leave_one_out_masks(std::int64_t num_sources) {
  return at::ones({num_sources, num_sources}, at::kByte) - at::eye(num_sources, at::kByte);
}

}  // namespace at2
