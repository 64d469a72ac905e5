#include "app/peak_memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace at2 {
namespace {

/// A line of /proc/self/status in bytes.
std::optional<double> status_bytes(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    double kilobytes = 0;
    if (word == name + ":" && file >> kilobytes) return kilobytes * 1024;
  }
  return std::nullopt;
}

auto allocated(const at::Device& device) {
  const auto stats = c10::getDeviceAllocator(device.type())->getDeviceStats(device.index());
  return stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
}

/// Training needs no GPU even where the model has one: its allocator may never have been used.
bool uses_allocator(const at::Device& device) {
  return !device.is_cpu() && c10::getDeviceAllocator(device.type())->initialized();
}

}  // namespace

PeakMemory::PeakMemory(const at::Device& device) : device_(device) {
  if (!device.is_cpu()) {
    c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
    start_ = static_cast<double>(allocated(device).current);
    return;
  }
  ::malloc_trim(0);
  std::ofstream reset("/proc/self/clear_refs");
  // Without this the peak would be that since the start of the process.
  if (reset << "5" << std::flush) start_ = status_bytes("VmRSS");
}

std::optional<double> PeakMemory::bytes() const {
  if (!start_) return std::nullopt;
  const std::optional<double> peak =
      device_.is_cpu() ? status_bytes("VmHWM") : std::optional(static_cast<double>(allocated(device_).peak));
  if (!peak) return std::nullopt;
  return std::max(0.0, *peak - *start_);
}

std::int64_t peak_resident_bytes() { return static_cast<std::int64_t>(status_bytes("VmHWM").value_or(0)); }

std::int64_t peak_device_bytes(const std::string& device) {
  const at::Device where(device);
  return uses_allocator(where) ? allocated(where).peak : 0;
}

void reset_peak_memory(const std::string& device) {
  std::ofstream("/proc/self/clear_refs") << "5" << std::flush;
  const at::Device where(device);
  if (uses_allocator(where)) c10::getDeviceAllocator(where.type())->resetPeakStats(where.index());
}

}  // namespace at2
