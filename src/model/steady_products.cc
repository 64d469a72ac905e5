#include "model/steady_products.h"

#include <dlfcn.h>

namespace at2 {

void make_products_steady() {
#if defined(__x86_64__)
  if (!__builtin_cpu_is("intel")) return;
  // MKL is inside LibTorch, which may have been built without it. The function is what mkl_cbwr_set() calls; the
  // numbers are those of MKL_CBWR_AUTO and MKL_CBWR_STRICT: the fastest code, in strict mode.
  using SetMode = int (*)(int);
  constexpr int kAutoStrict = 0x2 | 0x10000;
  static const auto set_mode = reinterpret_cast<SetMode>(dlsym(RTLD_DEFAULT, "mkl_serv_cbwr_set"));
  static const int status = set_mode == nullptr ? 0 : set_mode(kAutoStrict);
  static_cast<void>(status);
#endif
}

}  // namespace at2
