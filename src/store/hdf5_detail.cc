#include "store/hdf5_detail.h"

#include <algorithm>
#include <array>

#include "base/errors.h"

namespace at2::hdf5 {
namespace {

constexpr std::array kDtypes = {at::kByte, at::kInt, at::kLong, at::kHalf, at::kFloat, at::kDouble};

H5::FloatType half_type() {
  // IEEE binary16 by its fields: sign bit 15, exponent of 5 bits at 10, mantissa of 10 bits at 0, bias 15.
  H5::FloatType type(H5::PredType::IEEE_F32LE);
  type.setFields(15, 10, 5, 0, 10);
  type.setSize(2);
  type.setEbias(15);
  return type;
}

}  // namespace

H5::DataType file_type(at::ScalarType dtype) {
  switch (dtype) {
    case at::kByte:
      return H5::PredType::STD_U8LE;
    case at::kInt:
      return H5::PredType::STD_I32LE;
    case at::kLong:
      return H5::PredType::STD_I64LE;
    case at::kHalf:
      return half_type();
    case at::kFloat:
      return H5::PredType::IEEE_F32LE;
    case at::kDouble:
      return H5::PredType::IEEE_F64LE;
    default:
      TORCH_CHECK(false, "the store holds no tensors of type ", dtype);
  }
}

at::ScalarType tensor_dtype(const H5::DataType& type) {
  const auto* const found =
      std::find_if(kDtypes.begin(), kDtypes.end(), [&](at::ScalarType dtype) { return file_type(dtype) == type; });
  return found == kDtypes.end() ? at::ScalarType::Undefined : *found;
}

H5::StrType text_type(std::size_t bytes) {
  H5::StrType type(H5::PredType::C_S1, std::max<std::size_t>(bytes, 1));
  type.setCset(H5T_CSET_UTF8);
  type.setStrpad(H5T_STR_NULLPAD);
  return type;
}

void silence() { H5::Exception::dontPrint(); }

}  // namespace at2::hdf5
