/// \file comm/device_stream.h
/// \brief What NCCL must know of the stream that a GPU's other work runs on.
#pragma once

namespace at2 {

/// A stream of one GPU: its work is done in the order in which it was enqueued. comm/ knows nothing of LibTorch, whose
/// stream it is (model/device_stream.h).
class DeviceStream {
 public:
  virtual ~DeviceStream() = default;
  DeviceStream(const DeviceStream&) = delete;
  DeviceStream& operator=(const DeviceStream&) = delete;

  /// Makes the stream's GPU the current one of the calling thread.
  virtual void make_device_current() = 0;
  /// The cudaStream_t that work is enqueued on now.
  [[nodiscard]] virtual void* handle() = 0;
  /// Whether all work enqueued so far is done. \throws std::runtime_error with the device's own words if it failed
  [[nodiscard]] virtual bool idle() = 0;

 protected:
  DeviceStream() = default;
};

}  // namespace at2
