/// \file model/device.h
/// \brief Which device and number format a run uses, and why.
#pragma once

#include <ATen/ATen.h>

#include <string>

#include "config/options.h"

namespace at2 {

struct ComputePlace {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;
  /// One sentence for the user: what was chosen and why.
  std::string reason;
};

/// Loads LibTorch's CUDA library where it is usable. \return why its GPUs cannot be used; empty where they can
[[nodiscard]] std::string gpu_obstacle();

/// GPUs that LibTorch sees. \pre gpu_obstacle() is empty
[[nodiscard]] int num_gpus();

/// Loads LibTorch's CUDA library where it is usable and chooses device and dtype. GPU = local rank.
/// Must be called before any other use of LibTorch's devices, since LibTorch remembers whether CUDA was there.
/// \param stored  the dtype most weights of the checkpoint have; used on a GPU when options.dtype is automatic
/// \throws UserError if CUDA is asked for and cannot be used, naming the reason.
[[nodiscard]] ComputePlace choose_place(const ModelOptions& options, int local_rank, at::ScalarType stored);

}  // namespace at2
