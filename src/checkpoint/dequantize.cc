#include "checkpoint/dequantize.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "base/errors.h"

// Each decoder turns one block of bytes into floats. Products of a scale (11 significant bits), a sub-scale (7) and a
// quantum (at most 8) are exact in float32 for all formats here, so every value is rounded at most once and the bits do
// not depend on the compiler or on fused multiply-add.
namespace at2 {
namespace {

using Byte = std::uint8_t;

template <typename Number>
Number load(const Byte* from) {
  Number value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

float half_to_float(const Byte* from) {
  const std::uint32_t half = load<std::uint16_t>(from);
  const std::uint32_t magnitude = half & 0x7FFFU;
  std::uint32_t bits = 0;
  if (magnitude < 0x0400U) {
    // Subnormal: multiples of 2^-24, which are normal numbers in float32.
    bits = std::bit_cast<std::uint32_t>(static_cast<float>(magnitude) * 0x1p-24F);
  } else if (magnitude < 0x7C00U) {
    bits = (magnitude << 13) + (112U << 23);
  } else {
    bits = (magnitude << 13) | 0x7F800000U;
  }
  return std::bit_cast<float>(bits | ((half & 0x8000U) << 16));
}

float brain_to_float(const Byte* from) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(from)) << 16);
}

void decode_f32(const Byte* block, float* out) { *out = load<float>(block); }
void decode_f16(const Byte* block, float* out) { *out = half_to_float(block); }
void decode_bf16(const Byte* block, float* out) { *out = brain_to_float(block); }

/// half d; 16 bytes of nibbles, low ones first. x = d (q - 8)
void decode_q4_0(const Byte* block, float* out) {
  const float scale = half_to_float(block);
  const Byte* nibbles = block + 2;
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>((nibbles[i] & 0xF) - 8) * scale;
    out[i + 16] = static_cast<float>((nibbles[i] >> 4) - 8) * scale;
  }
}

/// half d, half m; 16 bytes of nibbles. x = d q + m
void decode_q4_1(const Byte* block, float* out) {
  const float scale = half_to_float(block);
  const float least = half_to_float(block + 2);
  const Byte* nibbles = block + 4;
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>(nibbles[i] & 0xF) * scale + least;
    out[i + 16] = static_cast<float>(nibbles[i] >> 4) * scale + least;
  }
}

/// The 5-bit quanta of a block: nibbles, and 32 bits with the fifth of each.
std::array<int, 32> five_bit_quanta(const Byte* high, const Byte* nibbles) {
  const auto fifth = load<std::uint32_t>(high);
  std::array<int, 32> quanta{};
  for (std::size_t i = 0; i < 16; ++i) {
    quanta[i] = (nibbles[i] & 0xF) | static_cast<int>(((fifth >> i) & 1U) << 4);
    quanta[i + 16] = (nibbles[i] >> 4) | static_cast<int>(((fifth >> (i + 16)) & 1U) << 4);
  }
  return quanta;
}

/// half d; 4 bytes of fifth bits; 16 bytes of nibbles. x = d (q - 16)
void decode_q5_0(const Byte* block, float* out) {
  const float scale = half_to_float(block);
  for (const int quantum : five_bit_quanta(block + 2, block + 6)) *out++ = static_cast<float>(quantum - 16) * scale;
}

/// half d, half m; 4 bytes of fifth bits; 16 bytes of nibbles. x = d q + m
void decode_q5_1(const Byte* block, float* out) {
  const float scale = half_to_float(block);
  const float least = half_to_float(block + 2);
  for (const int quantum : five_bit_quanta(block + 4, block + 8)) *out++ = static_cast<float>(quantum) * scale + least;
}

/// half d; 32 signed bytes. x = d q
void decode_q8_0(const Byte* block, float* out) {
  const float scale = half_to_float(block);
  for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(static_cast<std::int8_t>(block[2 + i])) * scale;
}

/// Scale and offset of one of the 8 sub-blocks of 32 elements in q4_k and q5_k.
struct SubBlock {
  float scale;
  float offset;
};

/// half d, half dmin; 12 bytes with eight 6-bit scales and eight 6-bit minima. The first four of each are the low 6
/// bits of bytes 0-3 and 4-7; the last four are split into the nibbles of bytes 8-11 and the top bits of bytes 0-7.
SubBlock sub_block(const Byte* block, int index) {
  const Byte* packed = block + 4;
  int scale = 0;
  int least = 0;
  if (index < 4) {
    scale = packed[index] & 63;
    least = packed[index + 4] & 63;
  } else {
    scale = (packed[index + 4] & 0xF) | ((packed[index - 4] >> 6) << 4);
    least = (packed[index + 4] >> 4) | ((packed[index] >> 6) << 4);
  }
  return {half_to_float(block) * static_cast<float>(scale), half_to_float(block + 2) * static_cast<float>(least)};
}

/// Header of `sub_block`; 128 bytes of nibbles, 32 bytes for two sub-blocks. x = d scale q - dmin least
void decode_q4_k(const Byte* block, float* out) {
  for (int s = 0; s < 8; ++s) {
    const SubBlock sub = sub_block(block, s);
    const Byte* nibbles = block + 16 + 32 * (s / 2);
    const int shift = 4 * (s % 2);
    for (int i = 0; i < 32; ++i) *out++ = sub.scale * static_cast<float>((nibbles[i] >> shift) & 0xF) - sub.offset;
  }
}

/// As q4_k, with 32 bytes of fifth bits before the nibbles: bit s of byte i belongs to element i of sub-block s.
void decode_q5_k(const Byte* block, float* out) {
  const Byte* fifth = block + 16;
  for (int s = 0; s < 8; ++s) {
    const SubBlock sub = sub_block(block, s);
    const Byte* nibbles = block + 48 + 32 * (s / 2);
    const int shift = 4 * (s % 2);
    for (int i = 0; i < 32; ++i) {
      const int quantum = ((nibbles[i] >> shift) & 0xF) | (((fifth[i] >> s) & 1) << 4);
      *out++ = sub.scale * static_cast<float>(quantum) - sub.offset;
    }
  }
}

/// 128 bytes of nibbles, 64 bytes of pairs of high bits, 16 signed scales of 16 elements, half d. x = d scale (q - 32)
void decode_q6_k(const Byte* block, float* out) {
  const float scale = half_to_float(block + 208);
  for (int quarter = 0; quarter < 8; ++quarter) {
    // Each half of 128 elements has four runs of 32; runs 0 and 2 share their bytes, as do 1 and 3.
    const int half = quarter / 4;
    const int run = quarter % 4;
    const Byte* nibbles = block + 64 * half + 32 * (run % 2);
    const Byte* high = block + 128 + 32 * half;
    for (int i = 0; i < 32; ++i) {
      const int quantum = ((nibbles[i] >> (4 * (run / 2))) & 0xF) | (((high[i] >> (2 * run)) & 3) << 4);
      const auto sub_scale = static_cast<std::int8_t>(block[192 + 8 * half + 2 * run + i / 16]);
      *out++ = scale * static_cast<float>(sub_scale) * static_cast<float>(quantum - 32);
    }
  }
}

/// Decodes elements [begin, end). Blocks that lie across an edge go through a buffer.
template <std::int64_t elements, std::int64_t bytes, void (*decode)(const Byte*, float*)>
void decode_range(const Byte* blocks, std::int64_t begin, std::int64_t end, float* out) {
  std::array<float, elements> whole;
  for (std::int64_t b = begin / elements; b * elements < end; ++b) {
    const std::int64_t first = std::max(begin, b * elements);
    const std::int64_t last = std::min(end, (b + 1) * elements);
    if (last - first == elements) {
      decode(blocks + b * bytes, out);
    } else {
      decode(blocks + b * bytes, whole.data());
      std::copy(whole.data() + (first - b * elements), whole.data() + (last - b * elements), out);
    }
    out += last - first;
  }
}

using RangeDecoder = void (*)(const Byte*, std::int64_t, std::int64_t, float*);

RangeDecoder decoder_of(TensorType type) {
  switch (type) {
    case TensorType::f32:
      return decode_range<1, 4, decode_f32>;
    case TensorType::f16:
      return decode_range<1, 2, decode_f16>;
    case TensorType::bf16:
      return decode_range<1, 2, decode_bf16>;
    case TensorType::q4_0:
      return decode_range<32, 18, decode_q4_0>;
    case TensorType::q4_1:
      return decode_range<32, 20, decode_q4_1>;
    case TensorType::q5_0:
      return decode_range<32, 22, decode_q5_0>;
    case TensorType::q5_1:
      return decode_range<32, 24, decode_q5_1>;
    case TensorType::q8_0:
      return decode_range<32, 34, decode_q8_0>;
    case TensorType::q4_k:
      return decode_range<256, 144, decode_q4_k>;
    case TensorType::q5_k:
      return decode_range<256, 176, decode_q5_k>;
    case TensorType::q6_k:
      return decode_range<256, 210, decode_q6_k>;
    default:
      return nullptr;
  }
}

void decode_elements(const TensorEntry& entry, std::int64_t begin, std::int64_t end, std::span<float> out) {
  AT2_EXPECT(static_cast<std::int64_t>(out.size()) == end - begin,
             "the output has room for exactly the elements asked for");
  const RangeDecoder decode = decoder_of(entry.type);
  if (decode == nullptr) {
    throw UserError(entry.file + ": tensor " + entry.name + " has type " + std::string(type_name(entry.type)),
                    "weights of this type are not supported",
                    "convert the model to F32, F16, BF16 or one of the quantisations Q4_0 to Q8_0, Q4_K to Q6_K");
  }
  if (begin < end) decode(reinterpret_cast<const Byte*>(entry.bytes.data()), begin, end, out.data());
}

}  // namespace

bool can_dequantize(TensorType type) noexcept { return decoder_of(type) != nullptr; }

void dequantize(const TensorEntry& entry, std::span<float> out) {
  decode_elements(entry, 0, entry.num_elements(), out);
}

void dequantize_rows(const TensorEntry& entry, std::int64_t begin_row, std::int64_t end_row, std::span<float> out) {
  const std::int64_t rows = entry.shape.empty() ? 1 : entry.shape.front();
  AT2_EXPECT(0 <= begin_row && begin_row <= end_row && end_row <= rows, "the rows lie in the tensor");
  const std::int64_t row = rows == 0 ? 0 : entry.num_elements() / rows;
  decode_elements(entry, begin_row * row, end_row * row, out);
}

std::optional<std::int64_t> first_non_finite(std::span<const float> values) noexcept {
  constexpr std::uint32_t exponent = 0x7F800000U;
  const auto bad = [](float value) { return (std::bit_cast<std::uint32_t>(value) & exponent) == exponent; };
  // Whole chunks without an early exit are what the compiler vectorises.
  constexpr std::size_t chunk = 4096;
  for (std::size_t begin = 0; begin < values.size(); begin += chunk) {
    const auto part = values.subspan(begin, std::min(chunk, values.size() - begin));
    bool any = false;
    for (const float value : part) any |= bad(value);
    if (!any) continue;
    const auto found = std::find_if(part.begin(), part.end(), bad);
    return static_cast<std::int64_t>(begin) + (found - part.begin());
  }
  return std::nullopt;
}

void require_finite(const TensorEntry& entry, std::int64_t begin_row, std::span<const float> values) {
  const auto found = first_non_finite(values);
  if (!found) return;
  const std::int64_t row = entry.shape.empty() ? 1 : entry.num_elements() / entry.shape.front();
  throw UserError(entry.file + ": tensor " + entry.name + " holds NaN or infinity",
                  "in row " + std::to_string(begin_row + *found / row) + ", column " + std::to_string(*found % row) +
                      ": the file is damaged or was badly converted",
                  "get the weights again");
}

}  // namespace at2
