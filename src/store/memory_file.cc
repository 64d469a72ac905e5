#include "store/memory_file.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace at2 {

/// Where HDF5 leaves the file's content when it closes the file.
struct MemoryFile::Memory {
  char* begin = nullptr;
  ~Memory() { std::free(begin); }
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
};

namespace {

/// Increment of the memory that HDF5 asks for.
constexpr std::size_t kIncrement = std::size_t{1} << 20;

/// Place of the end-of-file address in the superblock of version 3 (HDF5 file format specification, II.A.2).
constexpr std::size_t kEndOfFileAt = 28;
constexpr std::size_t kSuperblockBytes = 48;

// H5Fget_file_image would be simpler, but in 1.10 it clears a flag of the superblock without correcting the checksum.
template <class Memory>
H5FD_file_image_callbacks_t keep_on_close(Memory* memory) {
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](std::size_t bytes, H5FD_file_image_op_t, void*) { return std::malloc(bytes); };
  callbacks.image_memcpy = [](void* to, const void* from, std::size_t bytes, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, bytes);
  };
  callbacks.image_realloc = [](void* begin, std::size_t bytes, H5FD_file_image_op_t, void*) {
    return std::realloc(begin, bytes);
  };
  callbacks.image_free = [](void* begin, H5FD_file_image_op_t operation, void* keeper) -> herr_t {
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE) {
      // Closed twice where the disk has a file of this name: HDF5 first reads that one, and drops it.
      char*& kept = static_cast<Memory*>(keeper)->begin;
      std::free(kept);
      kept = static_cast<char*>(begin);
    } else {
      std::free(begin);
    }
    return 0;
  };
  callbacks.udata_copy = [](void* keeper) { return keeper; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = memory;
  return callbacks;
}

template <class Memory>
H5::H5File make_file(const std::string& name, Memory* memory) {
  H5::FileAccPropList access;
  access.setCore(kIncrement, false);
  access.setFcloseDegree(H5F_CLOSE_STRONG);
  // From format 1.10 on, object headers and indices of chunks carry checksums.
  access.setLibverBounds(H5F_LIBVER_V110, H5F_LIBVER_V110);
  H5FD_file_image_callbacks_t callbacks = keep_on_close(memory);
  if (H5Pset_file_image_callbacks(access.getId(), &callbacks) < 0) {
    throw H5::PropListIException("H5Pset_file_image_callbacks", "refused");
  }
  return {name, H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT, access};
}

}  // namespace

MemoryFile::MemoryFile(const std::string& name)
    : memory_(std::make_unique<Memory>()), file_(make_file(name, memory_.get())) {}

MemoryFile::~MemoryFile() = default;

std::span<const char> MemoryFile::close() {
  file_.close();
  if (memory_->begin == nullptr) throw H5::FileIException("MemoryFile::close", "HDF5 did not close the file");
  std::uint64_t end = 0;
  std::memcpy(&end, memory_->begin + kEndOfFileAt, sizeof end);
  if (end < kSuperblockBytes) throw H5::FileIException("MemoryFile::close", "the superblock is of another version");
  return {memory_->begin, static_cast<std::size_t>(end)};
}

}  // namespace at2
