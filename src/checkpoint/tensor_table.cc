#include "checkpoint/tensor_table.h"

#include <algorithm>

#include "base/errors.h"

namespace at2 {
namespace {

/// Length of the common beginning plus that of the common end: how alike two tensor names are.
std::size_t resemblance(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t head = 0;
  while (head < shorter && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  return head + tail;
}

std::string most_similar(const std::vector<TensorEntry>& entries, std::string_view name) {
  constexpr std::size_t shown = 3;
  std::vector<const TensorEntry*> ranked;
  for (const TensorEntry& entry : entries) ranked.push_back(&entry);
  std::stable_sort(ranked.begin(), ranked.end(), [&](const TensorEntry* a, const TensorEntry* b) {
    return resemblance(a->name, name) > resemblance(b->name, name);
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, ranked.size()); ++i) text += (i == 0 ? "" : ", ") + ranked[i]->name;
  return text;
}

}  // namespace

std::string_view type_name(TensorType type) {
  switch (type) {
    case TensorType::f32:
      return "F32";
    case TensorType::f16:
      return "F16";
    case TensorType::bf16:
      return "BF16";
    case TensorType::f64:
      return "F64";
    case TensorType::f8_e4m3:
      return "F8_E4M3";
    case TensorType::f8_e5m2:
      return "F8_E5M2";
    case TensorType::boolean:
      return "BOOL";
    case TensorType::u8:
      return "U8";
    case TensorType::i8:
      return "I8";
    case TensorType::u16:
      return "U16";
    case TensorType::i16:
      return "I16";
    case TensorType::u32:
      return "U32";
    case TensorType::i32:
      return "I32";
    case TensorType::u64:
      return "U64";
    case TensorType::i64:
      return "I64";
    case TensorType::q4_0:
      return "Q4_0";
    case TensorType::q4_1:
      return "Q4_1";
    case TensorType::q5_0:
      return "Q5_0";
    case TensorType::q5_1:
      return "Q5_1";
    case TensorType::q8_0:
      return "Q8_0";
    case TensorType::q4_k:
      return "Q4_K";
    case TensorType::q5_k:
      return "Q5_K";
    case TensorType::q6_k:
      return "Q6_K";
  }
  AT2_EXPECT(false, "a tensor type has a name");
}

BlockLayout block_layout(TensorType type) {
  switch (type) {
    case TensorType::f8_e4m3:
    case TensorType::f8_e5m2:
    case TensorType::boolean:
    case TensorType::u8:
    case TensorType::i8:
      return {1, 1};
    case TensorType::f16:
    case TensorType::bf16:
    case TensorType::u16:
    case TensorType::i16:
      return {1, 2};
    case TensorType::f32:
    case TensorType::u32:
    case TensorType::i32:
      return {1, 4};
    case TensorType::f64:
    case TensorType::u64:
    case TensorType::i64:
      return {1, 8};
    case TensorType::q4_0:
      return {32, 18};
    case TensorType::q4_1:
      return {32, 20};
    case TensorType::q5_0:
      return {32, 22};
    case TensorType::q5_1:
      return {32, 24};
    case TensorType::q8_0:
      return {32, 34};
    case TensorType::q4_k:
      return {256, 144};
    case TensorType::q5_k:
      return {256, 176};
    case TensorType::q6_k:
      return {256, 210};
  }
  AT2_EXPECT(false, "a tensor type has a layout");
}

std::int64_t TensorEntry::num_elements() const noexcept {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

std::int64_t stored_bytes(TensorType type, std::span<const std::int64_t> shape, std::string_view tensor,
                          std::string_view file) {
  const auto where = [&] { return std::string(file) + ": tensor " + std::string(tensor); };
  const BlockLayout block = block_layout(type);
  if (block.elements > 1 && (shape.empty() || shape.back() % block.elements != 0)) {
    throw UserError(where() + ": its rows are no multiple of the block of " + std::string(type_name(type)),
                    "a block has " + std::to_string(block.elements) + " elements", "get the file again");
  }
  std::int64_t bytes = block.bytes;
  bool overflow = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t size = i + 1 == shape.size() ? shape[i] / block.elements : shape[i];
    overflow = overflow || shape[i] < 0 || __builtin_mul_overflow(bytes, size, &bytes);
  }
  // The number of elements may overflow where the bytes do not: blocks of 4 bits.
  std::int64_t elements = 0;
  if (overflow || __builtin_mul_overflow(bytes / block.bytes, block.elements, &elements)) {
    throw UserError(where() + ": its shape is impossible", "its size does not fit in 63 bits", "get the file again");
  }
  return bytes;
}

TensorTable::TensorTable(std::string origin, std::vector<TensorEntry> entries)
    : origin_(std::move(origin)), entries_(std::move(entries)) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; });
  const auto twin = std::adjacent_find(entries_.begin(), entries_.end(),
                                       [](const TensorEntry& a, const TensorEntry& b) { return a.name == b.name; });
  if (twin == entries_.end()) return;
  const std::string& other = std::next(twin)->file;
  throw UserError(origin_ + ": tensor " + twin->name + " comes twice",
                  twin->file == other ? "in " + other : "in " + twin->file + " and in " + other, "get the files again");
}

const TensorEntry* TensorTable::find(std::string_view name) const noexcept {
  const auto place =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const TensorEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return place != entries_.end() && place->name == name ? &*place : nullptr;
}

const TensorEntry& TensorTable::at(std::string_view name) const {
  if (const TensorEntry* entry = find(name)) return *entry;
  throw UserError(origin_ + ": tensor " + std::string(name) + " is missing",
                  entries_.empty() ? "the file has no tensors" : "most similar: " + most_similar(entries_, name),
                  "use weights that fit the model's config");
}

}  // namespace at2
