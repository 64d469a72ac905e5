/// \file train/staged_sums.h
/// \brief Sums over ranks of values that lie in host memory, made in the memory of GPUs.
#pragma once

#include <ATen/ATen.h>

#include <memory>

#include "comm/communicator.h"

namespace at2 {

/// For the blocks of a batch's gradient, which the host computes (train/batch_gradient.h): a float64 sum of host memory
/// is copied to `device`, summed there by `inner`, and copied back. Everything else is passed on as it is.
///
/// Copies and sum are enqueued on one stream, LibTorch's current one, and each is waited for. The buffer on the device
/// is kept from sum to sum.
class StagedSums final : public Communicator {
 public:
  /// \param inner  sums memory of `device`
  StagedSums(std::unique_ptr<Communicator> inner, at::Device device);

  void barrier() override { inner_->barrier(); }
  void broadcast(Buffer values, int root) override { inner_->broadcast(values, root); }
  void all_reduce(Buffer values, Reduction reduction) override;
  void all_gather(Buffer mine, Buffer all) override { inner_->all_gather(mine, all); }

 private:
  std::unique_ptr<Communicator> inner_;
  at::Device device_;
  at::Tensor staged_;
};

}  // namespace at2
