#include "model/kv_cache.h"

#include "base/errors.h"

namespace at2 {

KvCache::KvCache(std::int64_t num_layers, std::int64_t slots, std::int64_t num_kv_heads, std::int64_t capacity,
                 std::int64_t head_width, const at::TensorOptions& options)
    : capacity_(capacity),
      positions_(static_cast<std::size_t>(slots)),
      keys_(at::empty({num_layers, slots, num_kv_heads, capacity, head_width}, options)),
      values_(at::empty({num_layers, slots, num_kv_heads, capacity, head_width}, options)) {}

KvCache::View KvCache::append(std::int64_t layer, std::int64_t slot, const at::Tensor& keys_nNK,
                              const at::Tensor& values_nNK) {
  const std::int64_t begin = length(slot);
  const std::int64_t count = keys_nNK.size(0);
  AT2_EXPECT(begin + count <= capacity_, "a sequence outgrew its slot of the KV cache");
  const at::Tensor keys = keys_.select(0, layer).select(0, slot);
  const at::Tensor values = values_.select(0, layer).select(0, slot);
  keys.narrow(1, begin, count).copy_(keys_nNK.transpose(0, 1));
  values.narrow(1, begin, count).copy_(values_nNK.transpose(0, 1));
  return {keys.narrow(1, 0, begin + count), values.narrow(1, 0, begin + count)};
}

void KvCache::advance(std::int64_t slot, std::span<const std::int64_t> positions) {
  auto& held = positions_.at(static_cast<std::size_t>(slot));
  held.insert(held.end(), positions.begin(), positions.end());
}

void KvCache::truncate(std::int64_t slot, std::int64_t length) {
  auto& held = positions_.at(static_cast<std::size_t>(slot));
  AT2_EXPECT(length >= 0 && length <= std::ssize(held), "a slot is cut to a part of what it holds");
  held.resize(static_cast<std::size_t>(length));
}

at::Tensor KvCache::keys(std::int64_t slot) const { return keys_.select(1, slot).narrow(2, 0, length(slot)); }

at::Tensor KvCache::values(std::int64_t slot) const { return values_.select(1, slot).narrow(2, 0, length(slot)); }

}  // namespace at2
