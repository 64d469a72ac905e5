/// \file store/hdf5_detail.h
/// \brief What reader and writer share. Included by store/ only, since it brings <H5Cpp.h>.
#pragma once

#include <ATen/ATen.h>
#include <H5Cpp.h>

#include <string>
#include <string_view>
#include <vector>

namespace at2::hdf5 {

/// Values of at most this many bytes lie in the object header, which HDF5 protects by a checksum of its own.
inline constexpr hsize_t kCompactBytes = 4096;

/// HDF5 puts the Fletcher-32 of a chunk behind it.
inline constexpr hsize_t kFletcherBytes = 4;

/// Attribute of a text dataset that is only there if a text ends with NUL bytes: the length of each text.
inline constexpr const char* kLengths = "lengths";

/// Attribute of the root of a file that ends with a checksum, see store/checksum.h: the digest's name.
inline constexpr const char* kChecksum = "checksum";

/// HDF5's type for a tensor's elements (little-endian). float16 is an IEEE type that h5py knows as float16.
/// \pre one of uint8, int32, int64, float16, float32, float64
[[nodiscard]] H5::DataType file_type(at::ScalarType dtype);

/// The dtype whose file_type() equals `type`, or Undefined.
[[nodiscard]] at::ScalarType tensor_dtype(const H5::DataType& type);

/// UTF-8 text padded with NUL bytes to `bytes` (at least 1).
[[nodiscard]] H5::StrType text_type(std::size_t bytes);

/// Keeps HDF5 from printing its error stack; errors arrive as H5::Exception. Called by whoever opens a file.
void silence();

}  // namespace at2::hdf5
