#include "model/weights.h"

#include <ATen/Parallel.h>

#include <memory>
#include <utility>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/safetensors_writer.h"
#include "model/weight_plan.h"

namespace at2 {
namespace {

using Precision = PlannedWeight::Precision;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

const TensorEntry& entry_of(const TensorTable& tensors, const StoredPart& part) {
  const TensorEntry& entry = tensors.at(part.name);
  if (entry.shape == part.shape) return entry;
  throw UserError(entry.file + ": tensor " + part.name + " has shape " + shape_text(entry.shape),
                  "the model's config asks for " + shape_text(part.shape), "use weights and config of the same model");
}

/// llama.cpp stores each head's rows as pairs (j, j + K/2); this puts them back in two halves.
at::Tensor rows_in_halves(const at::Tensor& weight, std::int64_t heads) {
  const std::int64_t half = weight.size(0) / heads / 2;
  return weight.view({heads, half, 2, -1}).transpose(1, 2).reshape(weight.sizes());
}

at::Tensor decoded(const TensorEntry& entry, const StoredPart& part) {
  at::Tensor values = at::empty(part.shape, at::kFloat);
  const std::span<float> out(values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
  const std::int64_t rows = part.shape.front();
  const auto row = static_cast<std::size_t>(values.numel() / rows);
  at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
    const auto rows_of_task =
        out.subspan(static_cast<std::size_t>(begin) * row, static_cast<std::size_t>(end - begin) * row);
    dequantize_rows(entry, begin, end, rows_of_task);
    require_finite(entry, begin, rows_of_task);
  });
  return part.interleaved_heads > 0 ? rows_in_halves(values, part.interleaved_heads) : values;
}

/// One weight from the checkpoint, stacked, in `dtype` or float32.
at::Tensor stacked(const TensorTable& tensors, const PlannedWeight& weight, at::ScalarType dtype) {
  std::vector<at::Tensor> parts;
  for (const StoredPart& part : weight.parts) parts.push_back(decoded(entry_of(tensors, part), part));
  at::Tensor whole = parts.size() == 1 ? parts.front() : at::cat(parts);
  if (weight.offset != 0) whole += weight.offset;
  return weight.precision == Precision::float32 ? whole : whole.to(dtype);
}

TensorType tensor_type(at::ScalarType dtype) {
  switch (dtype) {
    case at::kFloat:
      return TensorType::f32;
    case at::kHalf:
      return TensorType::f16;
    case at::kBFloat16:
      return TensorType::bf16;
    default:
      AT2_EXPECT(false, "weights are float32, float16 or bfloat16");
  }
}

/// Whether the bytes of a mapped tensor can be used as they are.
bool is_usable(const TensorEntry& entry, at::ScalarType dtype) {
  const auto address = reinterpret_cast<std::uintptr_t>(entry.bytes.data());
  return entry.type == tensor_type(dtype) && address % c10::elementSize(dtype) == 0;
}

/// A view that keeps its file mapped.
template <typename File>
at::Tensor view_of(const TensorEntry& entry, at::ScalarType dtype, const std::shared_ptr<File>& file) {
  auto* bytes = const_cast<std::byte*>(entry.bytes.data());
  return at::from_blob(
      bytes, entry.shape, [file](void*) {}, at::TensorOptions().dtype(dtype));
}

void check_finite(const TensorEntry& entry) {
  const std::int64_t rows = entry.shape.front();
  const auto row = static_cast<std::size_t>(entry.num_elements() / rows);
  at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> values(row * static_cast<std::size_t>(end - begin));
    dequantize_rows(entry, begin, end, values);
    require_finite(entry, begin, values);
  });
}

}  // namespace

Weights load_weights(const GgufFile& file, const ModelConfig& config, const ComputePlace& place) {
  return build_weights(config, file.tensors(), CheckpointFormat::gguf, [&](const PlannedWeight& weight) {
    return std::vector{stacked(file.tensors(), weight, place.dtype).to(place.device)};
  });
}

Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config, const ComputePlace& place,
                     FiniteCheck check) {
  const auto model = std::make_shared<SafetensorsModel>(folder);
  const TensorTable& tensors = model->tensors();
  const auto fetch = [&](const PlannedWeight& weight) {
    bool mapped = place.device.is_cpu() && weight.precision == Precision::as_computed && weight.offset == 0;
    for (const StoredPart& part : weight.parts) mapped = mapped && is_usable(entry_of(tensors, part), place.dtype);
    if (!mapped) return std::vector{stacked(tensors, weight, place.dtype).to(place.device)};
    std::vector<at::Tensor> views;
    for (const StoredPart& part : weight.parts) {
      if (check == FiniteCheck::yes) check_finite(tensors.at(part.name));
      views.push_back(view_of(tensors.at(part.name), place.dtype, model));
    }
    return views;
  };
  return build_weights(config, tensors, CheckpointFormat::hugging_face, fetch);
}

namespace {

void write_cache(const std::filesystem::path& cache, const TensorTable& tensors, CheckpointFormat format,
                 const ModelConfig& config, at::ScalarType dtype) {
  std::vector<TensorDescription> descriptions;
  const auto describe = [&](const PlannedWeight& weight) {
    const auto type = weight.precision == Precision::float32 ? at::kFloat : dtype;
    descriptions.push_back({weight.key, tensor_type(type), weight.shape()});
    return std::vector{at::empty({0})};
  };
  static_cast<void>(build_weights(config, tensors, format, describe));
  SafetensorsWriter writer(cache, descriptions);
  const auto append = [&](const PlannedWeight& weight) {
    const at::Tensor whole = stacked(tensors, weight, dtype).contiguous();
    writer.append({static_cast<const std::byte*>(whole.const_data_ptr()), whole.nbytes()});
    return std::vector{at::empty({0})};
  };
  static_cast<void>(build_weights(config, tensors, format, append));
  writer.commit();
}

}  // namespace

void write_weight_cache(const std::filesystem::path& cache, const std::filesystem::path& model,
                        const ModelConfig& config, at::ScalarType dtype) {
  if (std::filesystem::is_directory(model)) {
    const SafetensorsModel folder(model);
    return write_cache(cache, folder.tensors(), CheckpointFormat::hugging_face, config, dtype);
  }
  const GgufFile file(model);
  write_cache(cache, file.tensors(), CheckpointFormat::gguf, config, dtype);
}

Weights map_weight_cache(const std::filesystem::path& cache, const ModelConfig& config) {
  const auto file = std::make_shared<SafetensorsFile>(cache);
  const auto fetch = [&](const PlannedWeight& weight) {
    const TensorEntry& entry = entry_of(file->tensors(), {weight.key, weight.shape()});
    const at::ScalarType dtype = entry.type == TensorType::f32   ? at::kFloat
                                 : entry.type == TensorType::f16 ? at::kHalf
                                                                 : at::kBFloat16;
    return std::vector{view_of(entry, dtype, file)};
  };
  // Its names are those of the plan, so that the names of either format do.
  return build_weights(config, file->tensors(), CheckpointFormat::gguf, fetch);
}

}  // namespace at2
