#include "train/staged_sums.h"

#include "base/errors.h"

namespace at2 {

StagedSums::StagedSums(std::unique_ptr<Communicator> inner, at::Device device)
    : Communicator(inner->rank(), inner->size()), inner_(std::move(inner)), device_(device) {}

void StagedSums::all_reduce(Buffer values, Reduction reduction) {
  const bool staged = values.place == Place::host && values.type == Scalar::f64 && reduction == Reduction::sum;
  if (!staged || values.count == 0) return inner_->all_reduce(values, reduction);
  const auto count = static_cast<std::int64_t>(values.count);
  const at::Tensor host = at::from_blob(values.address, {count}, at::kDouble);
  if (!staged_.defined() || staged_.numel() != count) staged_ = at::empty({count}, host.options().device(device_));
  staged_.copy_(host);
  inner_->all_reduce({staged_.mutable_data_ptr(), values.count, Scalar::f64, Place::device}, reduction);
  host.copy_(staged_);
}

}  // namespace at2
