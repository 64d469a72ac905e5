#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "base/errors.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/strict_json.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* download_again = "download the folder again";

/// Whether there is something of that name. What cannot be looked at, a loop of links say, is there: opening it says
/// why it cannot be read.
bool there_is(const fs::path& path) {
  std::error_code error;
  return fs::status(path, error).type() != fs::file_type::not_found;
}

[[noreturn]] void no_weights(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw UserError("cannot read " + folder.string(), error ? error.message() : "it is not a folder",
                    "check the model's path");
  }
  const bool pickled = there_is(folder / "pytorch_model.bin") || there_is(folder / "pytorch_model.bin.index.json");
  throw UserError(folder.string() + " has no weights",
                  std::string("neither model.safetensors nor model.safetensors.index.json is there") +
                      (pickled ? "; pytorch_model.bin cannot be read" : ""),
                  "get the model with safetensors weights");
}

}  // namespace

WeightMap parse_weight_map(std::string_view text, const std::string& file) {
  const json index = parse_strict_json(text, file);
  const auto found = index.find("weight_map");
  if (found == index.end() || !found->is_object()) {
    throw UserError(file + " has no weight_map", "it must map tensors to shards", download_again);
  }
  WeightMap map;
  for (const auto& [tensor, shard] : found->items()) {
    if (!shard.is_string()) {
      throw UserError(file + ": the shard of tensor " + tensor + " is not a file name", shard.type_name(),
                      download_again);
    }
    const auto& name = shard.get_ref<const std::string&>();
    // A plain name cannot leave the folder; links, as the Hugging Face cache has, may.
    const bool plain = !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
                       name.find('\0') == std::string::npos;
    if (!plain || name == fs::path(file).filename()) {
      throw UserError(file + ": the shard of tensor " + tensor + " is \"" + name + "\"",
                      "a shard must be another file of the same folder", download_again);
    }
    map.emplace_back(tensor, name);
  }
  return map;
}

SafetensorsModel::SafetensorsModel(const fs::path& folder) {
  const fs::path single = folder / "model.safetensors";
  const fs::path index = folder / "model.safetensors.index.json";
  if (there_is(single)) {
    shards_.emplace_back(single);
    files_.push_back(single);
    tensors_ = shards_.front().tensors();
  } else if (there_is(index)) {
    open_shards(index);
  } else {
    no_weights(folder);
  }
}

void SafetensorsModel::open_shards(const fs::path& index_path) {
  const fs::path folder = index_path.parent_path();
  const MappedFile index(index_path);
  const auto text = index.bytes();
  const WeightMap map =
      parse_weight_map({reinterpret_cast<const char*>(text.data()), text.size()}, index_path.string());
  // Shard -> the first tensor that it should hold.
  std::map<std::string, std::string> wanted;
  for (const auto& [tensor, shard] : map) wanted.emplace(shard, tensor);
  files_.push_back(index_path);
  std::vector<TensorEntry> all;
  for (const auto& [name, tensor] : wanted) {
    if (!there_is(folder / name)) {
      throw UserError((folder / name).string() + " is missing",
                      index_path.string() + " says that it holds tensor " + tensor, download_again);
    }
    const SafetensorsFile& shard = shards_.emplace_back(folder / name);
    files_.push_back(shard.path());
    all.insert(all.end(), shard.tensors().begin(), shard.tensors().end());
  }
  // Also finds a tensor that lies in two shards: which one was meant cannot be known.
  const TensorTable found(index_path.string(), std::move(all));
  std::vector<TensorEntry> listed;
  for (const auto& [tensor, shard] : map) {
    const TensorEntry* entry = found.find(tensor);
    if (entry == nullptr || entry->file != (folder / shard).string()) {
      throw UserError((folder / shard).string() + ": tensor " + tensor + " is missing",
                      index_path.string() + " says that it is there", download_again);
    }
    listed.push_back(*entry);
  }
  tensors_ = TensorTable(folder.string(), std::move(listed));
}

}  // namespace at2
