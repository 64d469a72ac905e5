/// \file model/device_stream.h
/// \brief A GPU as NCCL sees it: LibTorch's stream on it, and its place in the machine.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "comm/device_stream.h"

namespace at2 {

/// The stream that LibTorch's operations on `device` are enqueued on by the thread that asks, whichever that is at the
/// time. \pre `device` is a GPU of choose_place()
[[nodiscard]] std::unique_ptr<DeviceStream> current_stream(at::Device device);

/// The PCI address of a GPU, as "0000:3B:00.0": the same for all that see the GPU under whatever number.
/// \pre `device` is a GPU of choose_place()
/// \throws UserError if CUDA does not tell it
[[nodiscard]] std::string gpu_address(at::Device device);

}  // namespace at2
