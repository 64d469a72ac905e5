/// \file checkpoint/gguf.h
/// \brief Reads GGUF files: typed metadata and a table of tensors, without copying the tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "checkpoint/tensor_table.h"

namespace at2 {

/// Types of metadata values, numbered as in the format.
enum class GgufType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, array, u64, i64, f64 };

/// A metadata value, checked to lie inside the file and decoded when it is asked for.
struct GgufValue {
  GgufType type = GgufType::u8;
  /// Type of the elements of an array.
  GgufType element = GgufType::u8;
  /// Number of elements of an array; 1 otherwise.
  std::uint64_t count = 1;
  /// The encoded elements.
  std::span<const std::byte> bytes;
};

/// A GGUF file, version 2 or 3, little-endian. Everything it says about itself is checked when it is opened. Arrays of
/// arrays are refused (no model uses them).
///
/// Typed access to metadata: `text`, `flag`, `integer`, `real` for single values, `texts`, `integers`, `reals` for
/// arrays. They return nothing where the key is absent and throw UserError naming file, key and the type found where it
/// is of another type; the `require_` forms throw UserError where the key is absent, too. Integers of any width are
/// accepted as integer if they fit in 63 bits, f32 and f64 as real.
class GgufFile {
 public:
  /// \throws UserError naming the file, and key or tensor where there is one to blame: missing or cut off, not GGUF,
  /// another
  ///         version, big-endian, a length or count that the file cannot hold, an unknown type, a name or key that
  ///         comes twice, tensors that overlap, are not aligned or lie outside the file, a part of a split file.
  explicit GgufFile(const std::filesystem::path& path);
  /// The same for a whole file that is in memory already: `bytes` must outlive this object.
  /// \param name  stands for the file in messages
  GgufFile(std::span<const std::byte> bytes, std::filesystem::path name);

  /// The tensors; shapes are row-major, slowest first (the reverse of the file's `ne`).
  [[nodiscard]] const TensorTable& tensors() const noexcept { return tensors_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] bool has(std::string_view key) const { return metadata_.find(key) != metadata_.end(); }
  /// All metadata keys with their encoded values, ordered by key.
  [[nodiscard]] const std::map<std::string, GgufValue, std::less<>>& metadata() const noexcept { return metadata_; }

  /// \name Single values \{
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] std::optional<double> real(std::string_view key) const;
  [[nodiscard]] std::string require_text(std::string_view key) const;
  [[nodiscard]] bool require_flag(std::string_view key) const;
  [[nodiscard]] std::int64_t require_integer(std::string_view key) const;
  [[nodiscard]] double require_real(std::string_view key) const;
  /// \}

  /// \name Arrays \{
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<double>> reals(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> require_texts(std::string_view key) const;
  [[nodiscard]] std::vector<std::int64_t> require_integers(std::string_view key) const;
  [[nodiscard]] std::vector<double> require_reals(std::string_view key) const;
  /// \}

 private:
  explicit GgufFile(MappedFile mapped);
  [[nodiscard]] const GgufValue* find(std::string_view key) const;
  template <typename T>
  [[nodiscard]] T require(std::optional<T> value, std::string_view key) const;

  std::filesystem::path path_;
  std::optional<MappedFile> mapped_;
  std::map<std::string, GgufValue, std::less<>> metadata_;
  TensorTable tensors_;
};

}  // namespace at2
