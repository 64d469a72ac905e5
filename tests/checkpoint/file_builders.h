/// \file checkpoint/file_builders.h
/// \brief Small checkpoint files, right and wrong, for tests. With support/test_files.h other rooms' tests may
/// use them, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace at2::testing {

/// The bytes of a number in memory order.
template <typename Number>
std::string raw(Number number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

/// A safetensors file with this header and content.
inline std::string safetensors_bytes(std::string_view header, std::string_view content) {
  return raw<std::uint64_t>(header.size()).append(header).append(content);
}

/// "name": {...} of a safetensors header; `shape` is JSON.
inline std::string described(const std::string& name, const std::string& dtype, const std::string& shape, int begin,
                             int end) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// GGUF's numbers for types, as the format defines them.
namespace gguf_type {
inline constexpr std::uint32_t u32 = 4;
inline constexpr std::uint32_t f32 = 6;
inline constexpr std::uint32_t text = 8;
inline constexpr std::uint32_t array = 9;
inline constexpr std::uint32_t u64 = 10;
inline constexpr std::uint32_t tensor_f32 = 0;
inline constexpr std::uint32_t tensor_q8_0 = 8;
}  // namespace gguf_type

/// Length and bytes, as GGUF stores texts.
inline std::string gguf_text(std::string_view text) { return raw<std::uint64_t>(text.size()).append(text); }

/// A metadata value: key, type, and bytes as given.
inline std::string gguf_value(std::string_view key, std::uint32_t type, std::string_view bytes) {
  return gguf_text(key).append(raw(type)).append(bytes);
}

/// A tensor's description. `ne` has the contiguous dimension first.
inline std::string gguf_tensor(std::string_view name, const std::vector<std::uint64_t>& ne, std::uint32_t type,
                               std::uint64_t offset) {
  std::string bytes = gguf_text(name).append(raw(static_cast<std::uint32_t>(ne.size())));
  for (const std::uint64_t size : ne) bytes += raw(size);
  return bytes.append(raw(type)).append(raw(offset));
}

/// The parts of a GGUF file; the counts are right unless set.
struct GgufParts {
  std::string magic = "GGUF";
  std::uint32_t version = 3;
  std::vector<std::string> values;
  std::vector<std::string> tensors;
  std::string content;
  std::uint64_t alignment = 32;
  std::int64_t num_tensors = -1;
  std::int64_t num_values = -1;

  [[nodiscard]] std::string bytes() const {
    std::string all = magic + raw(version);
    all += raw(num_tensors >= 0 ? static_cast<std::uint64_t>(num_tensors) : std::uint64_t{tensors.size()});
    all += raw(num_values >= 0 ? static_cast<std::uint64_t>(num_values) : std::uint64_t{values.size()});
    for (const std::string& value : values) all += value;
    for (const std::string& tensor : tensors) all += tensor;
    all.resize((all.size() + alignment - 1) / alignment * alignment);
    return all + content;
  }
};

/// A valid GGUF file: four metadata values, an f32 tensor "matrix" [2, 3] and a q8_0 tensor "blocks" [1, 32].
inline GgufParts small_gguf() {
  GgufParts parts;
  parts.values = {gguf_value("general.architecture", gguf_type::text, gguf_text("llama")),
                  gguf_value("layers", gguf_type::u32, raw<std::uint32_t>(30)),
                  gguf_value("theta", gguf_type::f32, raw(0.5F)),
                  gguf_value("tokens", gguf_type::array,
                             raw(gguf_type::text) + raw<std::uint64_t>(2) + gguf_text("one") + gguf_text(""))};
  parts.tensors = {gguf_tensor("matrix", {3, 2}, gguf_type::tensor_f32, 0),
                   gguf_tensor("blocks", {32, 1}, gguf_type::tensor_q8_0, 32)};
  for (const float number : {1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}) parts.content += raw(number);
  parts.content.resize(32);
  parts.content += raw<std::uint16_t>(0x3C00);  // the scale 1 in half precision
  for (int i = 0; i < 32; ++i) parts.content += static_cast<char>(i - 16);
  return parts;
}

}  // namespace at2::testing
