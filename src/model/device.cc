#include "model/device.h"

#include <dlfcn.h>

#include <ATen/Context.h>

#include "base/errors.h"

namespace at2 {
namespace {

at::ScalarType chosen_dtype(DtypeChoice choice, at::ScalarType otherwise) {
  switch (choice) {
    case DtypeChoice::float32:
      return at::kFloat;
    case DtypeChoice::bfloat16:
      return at::kBFloat16;
    case DtypeChoice::float16:
      return at::kHalf;
    case DtypeChoice::automatic:
      break;
  }
  return otherwise;
}

}  // namespace

int num_gpus() { return at::detail::getCUDAHooks().deviceCount(); }

std::string gpu_obstacle() {
  // Found beside libtorch_cpu.so, whose folder is in our run path. Its own missing needs come as a plain dlerror.
  if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* error = ::dlerror();
    return std::string("LibTorch's CUDA library did not load: ") + (error != nullptr ? error : "unknown reason");
  }
  if (!at::hasCUDA()) return "LibTorch has no CUDA device type";
  if (num_gpus() == 0) return "there is no NVIDIA GPU or driver";
  return "";
}

ComputePlace choose_place(const ModelOptions& options, int local_rank, at::ScalarType stored) {
  ComputePlace place;
  if (options.device == DeviceChoice::cpu) {
    place.dtype = chosen_dtype(options.dtype, at::kFloat);
    place.reason = "device cpu: model.device says so";
    return place;
  }
  const std::string obstacle = gpu_obstacle();
  if (obstacle.empty()) {
    const int count = num_gpus();
    place.device = at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(local_rank % count));
    place.dtype = chosen_dtype(options.dtype, stored);
    place.reason = "device " + place.device.str() + ": the GPU of local rank " + std::to_string(local_rank);
    return place;
  }
  if (options.device == DeviceChoice::cuda) {
    throw UserError("model.device: cuda cannot be used", obstacle,
                    "run launch/setup --cuda on a machine with an NVIDIA GPU, or use model.device=cpu");
  }
  place.dtype = chosen_dtype(options.dtype, at::kFloat);
  place.reason = "device cpu: no usable GPU (" + obstacle + ")";
  return place;
}

}  // namespace at2
