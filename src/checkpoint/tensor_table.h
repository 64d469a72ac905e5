/// \file checkpoint/tensor_table.h
/// \brief The tensors of a checkpoint by name: type, shape and a view of their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace at2 {

/// How the elements of a stored tensor are encoded. q* are the block formats of GGUF.
enum class TensorType {
  f32,
  f16,
  bf16,
  f64,
  f8_e4m3,
  f8_e5m2,
  boolean,
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  u64,
  i64,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q4_k,
  q5_k,
  q6_k
};

/// "F32", "Q4_K": the name that checkpoints use.
[[nodiscard]] std::string_view type_name(TensorType type);

/// Elements are stored in blocks of `elements`, each of `bytes` bytes; plain types have blocks of one element.
struct BlockLayout {
  std::int64_t elements;
  std::int64_t bytes;
};
[[nodiscard]] BlockLayout block_layout(TensorType type);

/// One stored tensor. `bytes` views the mapped file and lives as long as the file object that the entry came from; its
/// address has no particular alignment.
struct TensorEntry {
  std::string name;
  TensorType type = TensorType::f32;
  /// Row-major, slowest first (for GGUF, too). Empty for a scalar.
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
  /// The file it lies in, for messages.
  std::string file;

  /// Number of elements: the product of `shape`.
  [[nodiscard]] std::int64_t num_elements() const noexcept;
};

/// Bytes that a tensor of this type and shape occupies.
/// \throws UserError naming `file` and `tensor` if a size is negative, the bytes do not fit in 63 bits, or the last
///         dimension is no multiple of the type's block.
[[nodiscard]] std::int64_t stored_bytes(TensorType type, std::span<const std::int64_t> shape, std::string_view tensor,
                                        std::string_view file);

/// Tensors ordered by name. Names are unique.
class TensorTable {
 public:
  TensorTable() = default;
  /// \param origin  file or folder, for messages
  /// \throws UserError naming the tensor and its files if a name comes twice.
  TensorTable(std::string origin, std::vector<TensorEntry> entries);

  /// The entry of that name, or nullptr.
  [[nodiscard]] const TensorEntry* find(std::string_view name) const noexcept;
  /// The entry of that name.
  /// \throws UserError naming the file, the tensor and the most similar names there are.
  [[nodiscard]] const TensorEntry& at(std::string_view name) const;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::vector<TensorEntry>::const_iterator begin() const noexcept { return entries_.begin(); }
  [[nodiscard]] std::vector<TensorEntry>::const_iterator end() const noexcept { return entries_.end(); }

 private:
  std::string origin_;
  std::vector<TensorEntry> entries_;
};

}  // namespace at2
