/// \file checkpoint/safetensors.h
/// \brief Reads .safetensors files and the weights of a Hugging Face folder, without copying.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "checkpoint/tensor_table.h"

namespace at2 {

/// Parses and checks the bytes of a whole .safetensors file; the entries view them.
/// \param file  named in messages
/// \throws UserError as SafetensorsFile's constructor.
[[nodiscard]] TensorTable parse_safetensors(std::span<const std::byte> bytes, const std::string& file);

/// Tensor name and name of the shard that holds it, ordered by tensor.
using WeightMap = std::vector<std::pair<std::string, std::string>>;

/// Parses the text of a model.safetensors.index.json. Shards are plain names: files of the folder itself.
/// \param file  named in messages
/// \throws UserError naming the file, and the tensor where there is one to blame: it is not JSON of the right form, a
///         tensor comes twice, or a shard is no plain name.
[[nodiscard]] WeightMap parse_weight_map(std::string_view text, const std::string& file);

/// One .safetensors file: the length of a JSON header, the header, and the tensors' bytes. Everything the header says
/// is checked when it is opened; afterwards every entry's view lies inside the mapped file.
class SafetensorsFile {
 public:
  /// \throws UserError naming the file, and the tensor where there is one to blame: the file is missing or cut off; the
  ///         header is longer than 100 MB or than the file, or is not JSON of the right form; a name comes twice; a
  ///         dtype is unknown; a tensor's bytes do not fit its shape, overlap another's, leave a hole, or lie outside
  ///         the file.
  explicit SafetensorsFile(const std::filesystem::path& path);

  [[nodiscard]] const TensorTable& tensors() const noexcept { return tensors_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }

 private:
  MappedFile file_;
  TensorTable tensors_;
};

/// All weights of a Hugging Face folder: model.safetensors, or the shards that model.safetensors.index.json names.
class SafetensorsModel {
 public:
  /// \throws UserError naming the file, and tensor or shard: there is neither file; a shard is missing, broken or
  /// outside
  ///         the folder; a tensor is listed but absent from its shard, or lies in two shards.
  explicit SafetensorsModel(const std::filesystem::path& folder);

  /// The tensors; with an index, those that it lists.
  [[nodiscard]] const TensorTable& tensors() const noexcept { return tensors_; }
  /// Every file that was read, the index first.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const noexcept { return files_; }

 private:
  void open_shards(const std::filesystem::path& index_path);

  std::vector<SafetensorsFile> shards_;
  std::vector<std::filesystem::path> files_;
  TensorTable tensors_;
};

}  // namespace at2
