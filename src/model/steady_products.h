/// \file model/steady_products.h
/// \brief Matrix products whose bits do not depend on the number of threads, nor a row's on the other rows.
#pragma once

namespace at2 {

/// Tells MKL, on Intel's processors, not to share out the inner dimension of a product among threads: there it does so
/// for some numbers of rows and not for others. To be called before the first product of the process; later calls
/// change nothing. On other processors, and without MKL, products are so already (tests/model/invariance_test.cc).
void make_products_steady();

}  // namespace at2
