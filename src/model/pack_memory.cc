#include "model/pack_memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <string_view>

#include "model/language_model.h"

namespace at2 {

std::int64_t bytes_per_row(const ModelConfig& config, at::ScalarType dtype, std::int64_t sequence_length) {
  const auto size = static_cast<std::int64_t>(c10::elementSize(dtype));
  constexpr std::int64_t wide = sizeof(float);
  const std::int64_t qkv = (config.num_heads + 2 * config.num_kv_heads) * config.head_width;
  const std::int64_t queries = config.num_heads * config.head_width;
  // Rotation makes three new tensors of about the size of its input; attention's output is there twice, when the
  // segments are put together. The feed-forward layer holds both halves, the activation and the product.
  const std::int64_t attention = size * (4 * qkv + 2 * queries);
  const std::int64_t feed_forward = size * 4 * config.feed_forward_width;
  // Residual, normed and update; and the norms' float32.
  const std::int64_t residual = config.model_width * (3 * size + 3 * wide);
  // Masks of both kinds of layers, made in float32 before they get the model's dtype.
  const std::int64_t mask = 2 * sequence_length * (wide + size);
  return std::max(attention, feed_forward) + residual + mask;
}

std::int64_t rows_that_fit(const ModelConfig& config, at::ScalarType dtype, std::int64_t sequence_length,
                           std::int64_t free_bytes) {
  const auto size = static_cast<std::int64_t>(c10::elementSize(dtype));
  // Logits in the model's dtype, and two copies in float32.
  const std::int64_t head = head_rows * config.vocabulary_size * (size + 8);
  const std::int64_t usable = free_bytes - free_bytes / 5 - head;
  return std::max<std::int64_t>(usable / bytes_per_row(config, dtype, sequence_length), 1);
}

std::optional<std::int64_t> free_memory(const at::Device& device) {
  if (device.is_cpu()) return std::nullopt;
  c10::DeviceAllocator* const allocator = c10::getDeviceAllocator(device.type());
  const auto free = static_cast<std::int64_t>(allocator->getMemoryInfo(device.index()).first);
  const auto stats = allocator->getDeviceStats(device.index());
  constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return free + stats.reserved_bytes[all].current - stats.allocated_bytes[all].current;
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  // The CPU's allocator throws LibTorch's general error.
  const bool of_libtorch = dynamic_cast<const c10::Error*>(&error) != nullptr;
  return of_libtorch && std::string_view(error.what()).find("DefaultCPUAllocator: ") != std::string_view::npos;
}

}  // namespace at2
