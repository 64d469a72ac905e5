// A test double for LibTorch's CUDA library, which needs GPUs: built as libtorch_cuda.so, it registers a device type
// whose two "GPUs" are host memory. Tensors on them can be made and copied, and nothing else: enough for sums of
// gradients. It needs libnccl.so.2 as the real one does; their common stream is a StandInStream.
#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "support/nccl_stand_in.h"

extern "C" int ncclGetVersion(int*);

namespace {

constexpr c10::DeviceIndex kDevices = 2;
StandInStream stream;
thread_local c10::DeviceIndex current = 0;

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return c10::kCUDA; }
  c10::Device exchangeDevice(c10::Device device) const override {
    const c10::Device before = getDevice();
    current = device.index();
    return before;
  }
  c10::Device getDevice() const override { return {c10::kCUDA, current}; }
  void setDevice(c10::Device device) const override { current = device.index(); }
  void uncheckedSetDevice(c10::Device device) const noexcept override { current = device.index(); }
  c10::Stream getStream(c10::Device device) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::Stream exchangeStream(c10::Stream next) const override { return next; }
  c10::DeviceIndex deviceCount() const noexcept override { return kDevices; }
  void* getStreamNativeHandle(c10::Stream asked) const override {
    TORCH_CHECK(asked.device_index() == current, "a stream of a GPU that is not the current one");
    return &stream;
  }
  bool queryStream(const c10::Stream&) const override {
    TORCH_CHECK(!stream.failed, "an illegal memory access was encountered");
    return stream.unfinished == 0;
  }
};
C10_REGISTER_GUARD_IMPL(CUDA, Guard)

// LibTorch looks for a class of this name.
struct CUDAHooks final : at::CUDAHooksInterface {
  explicit CUDAHooks(at::CUDAHooksArgs) {}
  bool hasCUDA() const override { return true; }
  c10::DeviceIndex deviceCount() const override { return kDevices; }
};

void release(void* memory) { std::free(memory); }

/// Counts what was ever asked for, and nothing that is given back.
struct Memory final : c10::DeviceAllocator {
  using Stats = c10::CachingDeviceAllocator::DeviceStats;

  c10::DataPtr allocate(std::size_t bytes) override {
    void* memory = std::malloc(bytes);
    constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    stats[static_cast<std::size_t>(current)].allocated_bytes[all].increase(bytes);
    return {memory, memory, &release, c10::Device(c10::kCUDA, current)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override {}
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  Stats getDeviceStats(c10::DeviceIndex device) override { return stats[static_cast<std::size_t>(device)]; }
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex) override {}

  std::array<Stats, kDevices> stats;
};

Memory& memory_of_devices() {
  static Memory memory;
  return memory;
}

const bool registered = [] {
  c10::SetAllocator(c10::kCUDA, &memory_of_devices());
  return true;
}();

at::Tensor empty(at::IntArrayRef sizes, std::optional<at::ScalarType> type, std::optional<at::Layout>,
                 std::optional<at::Device> device, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  current = device->has_index() ? device->index() : current;
  return at::detail::empty_generic(sizes, &memory_of_devices(), c10::DispatchKeySet(c10::DispatchKey::CUDA), *type,
                                   format);
}

/// As in CUDA, a copy is work of the stream: it must not overtake a sum.
at::Tensor& copy(at::Tensor& to, const at::Tensor& from, bool) {
  TORCH_CHECK(stream.unfinished == 0, "a copy was made before the sum was done");
  std::memcpy(to.mutable_data_ptr(), from.const_data_ptr(), from.nbytes());
  return to;
}

}  // namespace

namespace at {
using ::CUDAHooks;
REGISTER_CUDA_HOOKS(CUDAHooks);
}  // namespace at

TORCH_LIBRARY_IMPL(aten, CUDA, library) {
  library.impl("empty.memory_format", empty);
  library.impl("copy_", copy);
}

// What the real one needs NCCL for is not there; without a use the linker would leave it out.
extern "C" int at2_test_nccl_version() {
  int version = 0;
  ncclGetVersion(&version);
  return version;
}
