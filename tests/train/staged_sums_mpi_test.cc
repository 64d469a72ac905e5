// The training step over NCCL's part in it: a test double for NCCL in host memory, which stands for that of GPUs.
#include "train/staged_sums.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <bit>

#include "comm/environment.h"
#include "comm/nccl_communicator.h"
#include "support/nccl_stand_in.h"
#include "train/random_features.h"
#include "train/trainer.h"

namespace at2 {
namespace {

class FakeStream final : public DeviceStream {
 public:
  explicit FakeStream(StandInStream& stream) : stream_(&stream) {}
  void make_device_current() override {}
  void* handle() override { return stream_; }
  bool idle() override { return stream_->unfinished == 0; }

 private:
  StandInStream* stream_;
};

/// Counts what reaches it on a device.
class Counting final : public Communicator {
 public:
  Counting(std::unique_ptr<Communicator> inner, int& sums)
      : Communicator(inner->rank(), inner->size()), inner_(std::move(inner)), sums_(&sums) {}
  void barrier() override { inner_->barrier(); }
  void broadcast(Buffer values, int root) override { inner_->broadcast(values, root); }
  void all_gather(Buffer mine, Buffer all) override { inner_->all_gather(mine, all); }
  void all_reduce(Buffer values, Reduction reduction) override {
    *sums_ += values.place == Place::device ? 1 : 0;
    inner_->all_reduce(values, reduction);
  }

 private:
  std::unique_ptr<Communicator> inner_;
  int* sums_;
};

class StagedSumsTest : public ::testing::Test {
 protected:
  StagedSumsTest() { EXPECT_NE(library_, nullptr) << ::dlerror(); }
  ~StagedSumsTest() override { ::dlclose(library_); }

  std::unique_ptr<Communicator> staged() {
    auto nccl = std::make_unique<NcclCommunicator>(ranks_, std::make_unique<FakeStream>(stream_), NcclOptions{"host"});
    return std::make_unique<StagedSums>(std::make_unique<Counting>(std::move(nccl), device_sums_), at::kCPU);
  }

  void* library_ = ::dlopen(AT2_STAND_INS "/nccl_stand_in/libnccl.so.2", RTLD_NOW);
  Environment environment_{nullptr, nullptr};
  Communicator& ranks_ = environment_.communicator();
  StandInStream stream_;
  int device_sums_ = 0;
};

TEST_F(StagedSumsTest, ThetaHasTheBitsOfMpi) {
  FeatureTable table;
  fill_random(table, 60, 16, 30);
  TrainOptions options;
  options.steps = 10;
  options.batch_size = 40;
  const auto gpus = staged();
  const at::Tensor by_nccl = train(table, {5, 6}, options, 1, *gpus).estimator.weight();
  const at::Tensor by_mpi = train(table, {5, 6}, options, 1, ranks_).estimator.weight();
  EXPECT_EQ(device_sums_, 10);
  for (std::int64_t f = 0; f < 30; ++f) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(by_nccl.const_data_ptr<float>()[f]),
              std::bit_cast<std::uint32_t>(by_mpi.const_data_ptr<float>()[f]));
  }
}

TEST_F(StagedSumsTest, OnlySumsOfFloat64InHostMemoryAreStaged) {
  const auto gpus = staged();
  std::int64_t number = 1;
  gpus->all_reduce(buffer_of(std::span(&number, 1)), Reduction::sum);
  double largest = gpus->rank();
  gpus->all_reduce(buffer_of(std::span(&largest, 1)), Reduction::max);
  EXPECT_EQ(device_sums_, 0);
  EXPECT_EQ(number, gpus->size());
  EXPECT_EQ(largest, gpus->size() - 1);
  std::vector<double> values(3, 1.0);
  gpus->all_reduce(buffer_of(std::span(values)), Reduction::sum);
  values.resize(5, gpus->size());
  gpus->all_reduce(buffer_of(std::span(values)), Reduction::sum);
  EXPECT_EQ(device_sums_, 2);
  EXPECT_EQ(values, std::vector<double>(5, gpus->size() * gpus->size()));
}

}  // namespace
}  // namespace at2
