/// \file store/hdf5_writer.h
/// \brief Writes one HDF5 file as a whole: it appears under its name complete and safe on disk, or not at all.
///
/// HDF5 is not safe to use from several threads at once: one thread of a process at a time.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace at2 {

class MemoryFile;

/// `packed`: small on disk. `rows`: each index of the first dimension is one piece of the file that RowFile reads; not
/// deflated, protected by Fletcher-32.
enum class Layout { packed, rows };

/// Collects arrays and texts in memory; commit() puts them on disk. Without commit() nothing is left behind.
///
/// A name may hold '/', which makes groups: "examples/000012/features". Arrays and texts above a few KB are chunked,
/// shuffled, deflated and protected by Fletcher-32; small ones lie in the checksummed object header.
class Hdf5Writer {
 public:
  /// \param path  the final name of the file; its folder must exist
  explicit Hdf5Writer(std::filesystem::path path);
  virtual ~Hdf5Writer();
  Hdf5Writer(Hdf5Writer&&) noexcept;
  Hdf5Writer& operator=(Hdf5Writer&&) noexcept;

  /// \pre uint8, int32, int64, float16, float32 or float64; other devices and strides are copied first. Rows have at
  ///      least one dimension
  void write(std::string_view name, const at::Tensor& tensor, Layout layout = Layout::packed);
  /// One UTF-8 text. Any bytes come back as they were.
  void write_text(std::string_view name, std::string_view text);
  /// A list of UTF-8 texts, maybe empty.
  void write_texts(std::string_view name, std::span<const std::string> texts);
  /// Attributes of a group or dataset, "/" for the file's root. A group that does not exist is made.
  void write_attribute(std::string_view object, std::string_view name, std::string_view text);
  void write_attribute(std::string_view object, std::string_view name, std::int64_t number);

  /// Writes `<path>.tmp.<pid>.<host>`, which ends with a checksum, fsync, rename to `path`, fsync of the folder. Called
  /// once, last.
  /// \return bytes of the file
  /// \throws UserError with the system's words if the folder cannot be written or the disk is full; then the file that
  ///         was there before, if any, is unchanged and the temporary one is gone.
  std::int64_t commit();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<MemoryFile> image_;
};

}  // namespace at2
