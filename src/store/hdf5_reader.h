/// \file store/hdf5_reader.h
/// \brief Reads an HDF5 file that Hdf5Writer (or h5py) wrote.
///
/// HDF5 is not safe to use from several threads at once: one thread of a process at a time.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace at2 {

/// Version of the HDF5 library: "1.10.8".
[[nodiscard]] std::string hdf5_version();

/// What a dataset holds and where its rows lie, a row being an index of the first dimension.
struct StoredRows {
  at::ScalarType dtype = at::ScalarType::Undefined;
  std::vector<std::int64_t> shape;
  /// Byte of the file at which row 0 begins; each row is followed by its Fletcher-32 (4 bytes) and then the next row.
  /// Nothing if it was not written with Layout::rows.
  std::optional<std::int64_t> first;
};

/// A file opened for reading. Every fault is a UserError naming the file and the object in it.
class Hdf5Reader {
 public:
  /// \throws UserError if the file is missing, truncated or not HDF5.
  explicit Hdf5Reader(std::filesystem::path path);
  virtual ~Hdf5Reader();
  Hdf5Reader(Hdf5Reader&&) noexcept;
  Hdf5Reader& operator=(Hdf5Reader&&) noexcept;

  /// A contiguous CPU tensor in the stored dtype.
  /// \throws UserError if it is missing, of another kind, or its checksum is wrong.
  [[nodiscard]] at::Tensor read(std::string_view name) const;
  /// Reads no values. \throws UserError as read()
  [[nodiscard]] StoredRows rows(std::string_view name) const;
  /// \throws UserError as read()
  [[nodiscard]] std::string read_text(std::string_view name) const;
  /// \throws UserError as read()
  [[nodiscard]] std::vector<std::string> read_texts(std::string_view name) const;
  /// \throws UserError if the object or the attribute is missing or of another kind.
  [[nodiscard]] std::string text_attribute(std::string_view object, std::string_view name) const;
  /// \throws UserError as text_attribute()
  [[nodiscard]] std::int64_t int_attribute(std::string_view object, std::string_view name) const;

  /// Whether a group or dataset of this name exists.
  [[nodiscard]] bool has(std::string_view name) const;
  /// Names inside a group ("/" = root), without its own, in byte order.
  /// \throws UserError if there is no such group.
  [[nodiscard]] std::vector<std::string> children(std::string_view group) const;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  struct File;
  std::filesystem::path path_;
  std::unique_ptr<File> file_;
};

}  // namespace at2
