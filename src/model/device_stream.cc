#include "model/device_stream.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <array>

#include "base/errors.h"

namespace at2 {
namespace {

/// Through LibTorch's table of devices, which needs no header of CUDA.
class TorchStream final : public DeviceStream {
 public:
  explicit TorchStream(at::Device device) : device_(device), guard_(device.type()) {}

  void make_device_current() override { guard_.setDevice(device_); }

  void* handle() override { return guard_.getStreamNativeHandle(guard_.getStream(device_)); }

  bool idle() override {
    try {
      return guard_.queryStream(guard_.getStream(device_));
    } catch (const c10::Error& error) {
      throw std::runtime_error(error.what_without_backtrace());
    }
  }

 private:
  at::Device device_;
  c10::impl::VirtualGuardImpl guard_;
};

}  // namespace

std::unique_ptr<DeviceStream> current_stream(at::Device device) {
  AT2_EXPECT(device.is_cuda() && device.has_index(), "NCCL connects numbered GPUs");
  return std::make_unique<TorchStream>(device);
}

std::string gpu_address(at::Device device) {
  AT2_EXPECT(device.is_cuda() && device.has_index(), "only GPUs have an address");
  // Of the CUDA runtime that LibTorch brought into the process, for all to see.
  using Ask = int (*)(char* address, int length, int device);
  const auto ask = reinterpret_cast<Ask>(::dlsym(RTLD_DEFAULT, "cudaDeviceGetPCIBusId"));
  std::array<char, 64> address{};
  if (ask == nullptr || ask(address.data(), static_cast<int>(address.size()) - 1, device.index()) != 0) {
    throw UserError("CUDA does not tell the PCI address of " + device.str(), "", "");
  }
  return address.data();
}

}  // namespace at2
