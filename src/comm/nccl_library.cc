#include "comm/nccl_library.h"

#include <dlfcn.h>
#include <link.h>

#include "base/errors.h"

namespace at2 {
namespace {

// Communicators that do not block came with 2.14; from 2.19 on they may be aborted from another thread.
constexpr int kOldest = 21900;
constexpr int kNextMajor = 30000;

std::string version_text(int code) {
  // Before 2.9 a version was counted in other steps.
  if (code < 10000) return std::to_string(code / 1000) + "." + std::to_string(code / 100 % 10);
  return std::to_string(code / 10000) + "." + std::to_string(code / 100 % 100) + "." + std::to_string(code % 100);
}

std::string path_of(void* handle) {
  link_map* map = nullptr;
  if (::dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return "libnccl.so.2";
  return map->l_name;
}

}  // namespace

// RTLD_NOLOAD: the copy that is there by the name it was built with, wherever it was loaded from, or none.
NcclLibrary::NcclLibrary() : handle_(::dlopen("libnccl.so.2", RTLD_NOW | RTLD_NOLOAD), &::dlclose) {
  if (!handle_) throw UserError("LibTorch has not loaded libnccl.so.2", "", "");
  path_ = path_of(handle_.get());
  read_version();
  find(get_unique_id, "ncclGetUniqueId");
  find(comm_init_rank_config, "ncclCommInitRankConfig");
  find(comm_get_async_error, "ncclCommGetAsyncError");
  find(comm_finalize, "ncclCommFinalize");
  find(comm_destroy, "ncclCommDestroy");
  find(comm_abort, "ncclCommAbort");
  find(all_reduce, "ncclAllReduce");
  find(get_error_string, "ncclGetErrorString");
  find(get_last_error, "ncclGetLastError");
}

template <class Function>
void NcclLibrary::find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(::dlsym(handle_.get(), name));
  if (function == nullptr) throw UserError(path_ + " has no function " + name, "", "");
}

void NcclLibrary::read_version() {
  nccl::Result (*get_version)(int*) = nullptr;
  find(get_version, "ncclGetVersion");
  int code = 0;
  if (get_version(&code) != nccl::Result::success) throw UserError(path_ + " does not tell its version", "", "");
  version_ = version_text(code);
  if (code >= kOldest && code < kNextMajor) return;
  throw UserError(path_ + " is NCCL " + version_ + ", not one from 2.19 on of major version 2", "", "");
}

std::string nccl_library_obstacle() {
  try {
    const NcclLibrary library;
    return "";
  } catch (const UserError& error) {
    return error.what();
  }
}

}  // namespace at2
