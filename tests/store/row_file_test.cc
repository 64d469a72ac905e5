// Rows of an array, read at their places in the file.
#include "store/row_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "store/hdf5_reader.h"
#include "store/hdf5_writer.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

class RowFileTest : public ::testing::Test {
 protected:
  /// Writes `values` as rows and returns them as the reader sees them.
  StoredRows write(const at::Tensor& values) const {
    Hdf5Writer writer(path_);
    writer.write("group/before", at::arange(3000, at::kLong));
    writer.write("group/values", values, Layout::rows);
    writer.commit();
    return Hdf5Reader(path_).rows("group/values");
  }
  static std::int64_t row_bytes(const at::Tensor& values) { return static_cast<std::int64_t>(values[0].nbytes()); }
  at::Tensor read(const at::Tensor& like, std::int64_t place) const {
    at::Tensor row = at::zeros(like.sizes().slice(1), like.options());
    RowFile(path_).read(place, {static_cast<std::byte*>(row.mutable_data_ptr()), row.nbytes()});
    return row;
  }
  void flip(std::int64_t place) const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(place);
    const int byte = file.get();
    file.seekp(place);
    file.put(static_cast<char>(byte ^ 1));
  }

  TestFolder folder_;
  std::filesystem::path path_ = folder_.path() / "file.h5";
  at::Tensor values_ = (at::arange(5 * 32 * 40, at::kFloat) * 0.37).sin().view({5, 32, 40});
};

TEST_F(RowFileTest, RowsComeBackToTheBitFromTheirPlacesAndThroughHdf5) {
  // Rows of many sizes: odd ones, tiny ones, and one larger than the chunks of other arrays.
  const std::vector<at::Tensor> arrays = {values_,
                                          values_.to(at::kHalf),
                                          at::arange(15, at::kByte).view({3, 5}),
                                          at::zeros({2, 7}),
                                          at::full({4, 3}, 255, at::kByte),
                                          (at::arange(3 * 400000, at::kFloat) * 1.1).cos().view({3, 400000})};
  for (const at::Tensor& array : arrays) {
    const StoredRows rows = write(array);
    EXPECT_EQ(rows.dtype, array.scalar_type());
    EXPECT_EQ(at::IntArrayRef(rows.shape), array.sizes());
    ASSERT_TRUE(rows.first.has_value()) << array.sizes();
    for (std::int64_t g = 0; g < array.size(0); ++g) {
      EXPECT_TRUE(at::equal(read(array, *rows.first + g * row_stride(row_bytes(array))), array[g])) << array.sizes();
    }
    EXPECT_TRUE(at::equal(Hdf5Reader(path_).read("group/values"), array)) << array.sizes();
  }
}

TEST_F(RowFileTest, OtherArraysHaveNoPlaces) {
  EXPECT_FALSE(write(at::zeros({0, 3})).first.has_value());
  EXPECT_FALSE(Hdf5Reader(path_).rows("group/before").first.has_value());
  Hdf5Writer writer(path_);
  writer.write("packed", values_);
  writer.write("compact", at::zeros({2, 2}));
  writer.commit();
  EXPECT_FALSE(Hdf5Reader(path_).rows("packed").first.has_value());
  EXPECT_FALSE(Hdf5Reader(path_).rows("compact").first.has_value());
}

TEST_F(RowFileTest, AFlippedBitOfARowIsNoticedAndOtherRowsAreRead) {
  const std::int64_t first = write(values_).first.value();
  const std::int64_t second = first + row_stride(row_bytes(values_));
  for (const std::int64_t place : {first, first + 2501, second - 1}) {
    flip(place);
    EXPECT_THAT(message_of([&] { (void)read(values_, first); }), HasSubstr("checksum of the row")) << place;
    EXPECT_TRUE(at::equal(read(values_, second), values_[1]));
    flip(place);
  }
  EXPECT_TRUE(at::equal(read(values_, first), values_[0]));
}

TEST_F(RowFileTest, AMissingOrCutFileIsNamed) {
  const std::int64_t first = write(values_).first.value();
  std::filesystem::resize_file(path_, static_cast<std::uintmax_t>(first + 100));
  EXPECT_THAT(message_of([&] { (void)read(values_, first); }), HasSubstr("it ends there"));
  std::filesystem::remove(path_);
  EXPECT_THAT(message_of([&] { (void)read(values_, first); }), HasSubstr("cannot read " + path_.string()));
}

}  // namespace
}  // namespace at2
