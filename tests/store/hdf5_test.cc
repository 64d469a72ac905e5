// Round trips and faults of single files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/errors.h"
#include "store/checksum.h"
#include "store/hdf5_reader.h"
#include "store/hdf5_writer.h"
#include "support/h5py.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Hdf5Test : public ::testing::Test {
 protected:
  std::vector<char> bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::vector<char>& bytes) const {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  TestFolder folder_;
  std::filesystem::path path_ = folder_.path() / "file.h5";
};

/// Values that differ everywhere, in any dtype.
at::Tensor counting(at::IntArrayRef shape, at::ScalarType dtype) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return at::remainder(at::arange(count, at::kLong) * 37, 251).to(dtype).view(shape);
}

std::string values_name(std::size_t dtype, std::size_t shape) {
  std::string name = std::to_string(dtype);
  return name.append("/").append(std::to_string(shape)).append("/values");
}

TEST_F(Hdf5Test, EveryDtypeAndSizeComesBackToTheBit) {
  const std::vector<at::ScalarType> dtypes = {at::kByte, at::kInt, at::kLong, at::kHalf, at::kFloat, at::kDouble};
  const std::vector<std::vector<std::int64_t>> shapes = {{}, {0}, {3, 0, 2}, {1}, {7, 3}, {5, 32, 270}, {1, 300000}};
  Hdf5Writer writer(path_);
  for (std::size_t d = 0; d < dtypes.size(); ++d) {
    for (std::size_t s = 0; s < shapes.size(); ++s) {
      writer.write(values_name(d, s), counting(shapes[s], dtypes[d]));
    }
  }
  writer.commit();
  const Hdf5Reader reader(path_);
  for (std::size_t d = 0; d < dtypes.size(); ++d) {
    for (std::size_t s = 0; s < shapes.size(); ++s) {
      const at::Tensor read = reader.read(values_name(d, s));
      EXPECT_EQ(read.scalar_type(), dtypes[d]);
      EXPECT_TRUE(at::equal(read, counting(shapes[s], dtypes[d]))) << "dtype " << d << " shape " << s;
    }
  }
}

TEST_F(Hdf5Test, NanInfinityAndNegativeZeroKeepTheirBits) {
  const at::Tensor odd = at::tensor({0x7fc12345, 0x7f800000, static_cast<std::int32_t>(0x80000000), 1}, at::kInt);
  Hdf5Writer writer(path_);
  writer.write("odd", odd.view(at::kFloat));
  writer.commit();
  EXPECT_TRUE(at::equal(Hdf5Reader(path_).read("odd").view(at::kInt), odd));
}

TEST_F(Hdf5Test, StridedTensorsAreWrittenAsTheyRead) {
  const at::Tensor whole = counting({40, 50}, at::kFloat);
  Hdf5Writer writer(path_);
  writer.write("turned", whole.t());
  writer.commit();
  EXPECT_TRUE(at::equal(Hdf5Reader(path_).read("turned"), whole.t()));
}

TEST_F(Hdf5Test, TextsComeBackByteByByte) {
  const std::vector<std::string> texts = {"", "Grüße, 世界\n", std::string("\0a\0\0", 4), std::string(9000, 'x')};
  Hdf5Writer writer(path_);
  for (std::size_t i = 0; i < texts.size(); ++i) writer.write_text("one/" + std::to_string(i), texts[i]);
  writer.write_texts("all", texts);
  writer.write_texts("none", {});
  writer.commit();
  const Hdf5Reader reader(path_);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(reader.read_text("one/" + std::to_string(i)), texts[i]);
  EXPECT_EQ(reader.read_texts("all"), texts);
  EXPECT_TRUE(reader.read_texts("none").empty());
}

TEST_F(Hdf5Test, AttributesOfRootGroupsAndDatasetsComeBack) {
  Hdf5Writer writer(path_);
  writer.write("group/values", counting({3}, at::kInt));
  writer.write_attribute("/", "kind", "test");
  writer.write_attribute("/", "empty", "");
  writer.write_attribute("group/values", "unit", "nat");
  writer.write_attribute("new/group", "count", std::int64_t{1} << 40);
  writer.commit();
  const Hdf5Reader reader(path_);
  EXPECT_EQ(reader.text_attribute("/", "kind"), "test");
  EXPECT_EQ(reader.text_attribute("/", "empty"), "");
  EXPECT_EQ(reader.text_attribute("group/values", "unit"), "nat");
  EXPECT_EQ(reader.int_attribute("new/group", "count"), std::int64_t{1} << 40);
  EXPECT_THAT(message_of([&] { (void)reader.int_attribute("/", "kind"); }), HasSubstr("kind"));
  EXPECT_THAT(message_of([&] { (void)reader.text_attribute("/", "absent"); }), HasSubstr("absent"));
}

TEST_F(Hdf5Test, ChildrenAreSortedAndHasSeesThemOnly) {
  Hdf5Writer writer(path_);
  for (const char* name : {"examples/000010/x", "examples/000002/x", "examples/000002/y"}) {
    writer.write(name, counting({2}, at::kInt));
  }
  writer.commit();
  const Hdf5Reader reader(path_);
  EXPECT_THAT(reader.children("examples"), ElementsAre("000002", "000010"));
  EXPECT_THAT(reader.children("/"), ElementsAre("examples"));
  EXPECT_TRUE(reader.has("examples/000002/y"));
  EXPECT_FALSE(reader.has("examples/000010/y"));
  EXPECT_FALSE(reader.has("nothing/at/all"));
}

TEST_F(Hdf5Test, WithoutCommitNothingIsLeft) {
  { Hdf5Writer(path_).write("x", counting({100000}, at::kFloat)); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Hdf5Test, AMissingDatasetIsNamedWithItsFile) {
  Hdf5Writer(path_).commit();
  EXPECT_THAT(message_of([&] { (void)Hdf5Reader(path_).read("examples/7/features"); }),
              AllOf(HasSubstr("file.h5"), HasSubstr("examples/7/features"), HasSubstr("delete this file")));
}

TEST_F(Hdf5Test, AMissingFileIsNamed) {
  EXPECT_THAT(message_of([&] { Hdf5Reader reader(path_); }), AllOf(HasSubstr("cannot read"), HasSubstr("file.h5")));
}

TEST_F(Hdf5Test, AFileThatIsNotHdf5IsNamed) {
  put(std::vector<char>(5000, 'x'));
  EXPECT_THAT(message_of([&] { Hdf5Reader reader(path_); }), AllOf(HasSubstr("file.h5"), HasSubstr("is damaged")));
}

TEST_F(Hdf5Test, ATruncatedFileIsNamedAtAnyLength) {
  Hdf5Writer writer(path_);
  writer.write("x", counting({3000}, at::kFloat));
  writer.commit();
  const std::vector<char> whole = bytes();
  for (const std::size_t length : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    put({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    EXPECT_THAT(message_of([&] { Hdf5Reader reader(path_); }), AllOf(HasSubstr("file.h5"), HasSubstr("is damaged")))
        << length << " of " << whole.size() << " bytes";
  }
}

/// Everything in the file of the test below, or the error met.
std::string read_all(const std::filesystem::path& path) {
  try {
    const Hdf5Reader reader(path);
    std::string all = reader.read_text("text") + reader.read_text("note") + reader.text_attribute("/", "kind");
    for (const char* name : {"large", "small"}) {
      const at::Tensor values = reader.read(name);
      all.append(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
    }
    return all;
  } catch (const UserError& error) {
    return std::string("UserError ") + error.what();
  }
}

TEST_F(Hdf5Test, AFlippedByteIsFoundOrChangesNothing) {
  Hdf5Writer writer(path_);
  writer.write_attribute("/", "kind", "test");
  writer.write("large", counting({4000}, at::kFloat));
  writer.write("small", counting({60}, at::kFloat));
  writer.write_text("note", "a short note");
  writer.write_text("text", std::string(5000, 'a'));
  writer.commit();
  const std::vector<char> whole = bytes();
  const std::string good = read_all(path_);
  int found = 0;
  for (std::size_t at = 3; at < whole.size(); at += 13) {
    std::vector<char> broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x10);
    put(broken);
    const std::string read = read_all(path_);
    const bool error = read.starts_with("UserError");
    if (error) ++found;
    EXPECT_TRUE(error ? read.find("file.h5") != std::string::npos : read == good) << "byte " << at << ": " << read;
  }
  EXPECT_GT(found, 50);
}

TEST_F(Hdf5Test, TheChecksumFindsEveryFlippedBitAndEveryTruncation) {
  Hdf5Writer writer(path_);
  writer.write_attribute("/", "kind", "test");
  writer.write("values", counting({2000}, at::kFloat));
  const std::int64_t written = writer.commit();
  const std::vector<char> whole = bytes();
  EXPECT_EQ(std::ssize(whole), written);
  EXPECT_EQ(check_file(path_).state, Wholeness::whole);
  EXPECT_EQ(check_file(path_).bytes, written);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::vector<char> broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ (1 << at % 8));
    put(broken);
    ASSERT_EQ(check_file(path_).state, Wholeness::damaged) << "byte " << at << " of " << whole.size();
  }
  for (std::size_t length = 0; length < whole.size(); length += length + 100 < whole.size() ? 7 : 1) {
    put({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    ASSERT_EQ(check_file(path_).state, Wholeness::damaged) << length << " of " << whole.size();
  }
}

TEST_F(Hdf5Test, AFileLongerThanWrittenIsDamaged) {
  Hdf5Writer(path_).commit();
  std::ofstream(path_, std::ios::app) << "x";
  EXPECT_EQ(check_file(path_).state, Wholeness::damaged);
  EXPECT_THAT(message_of([&] { require_undamaged(path_); }), AllOf(HasSubstr("file.h5 is damaged"), HasSubstr("cut")));
}

TEST_F(Hdf5Test, AnotherProgramsFileHasNoChecksumAndIsNotDamaged) {
  if (!has_h5py()) GTEST_SKIP() << "python3-h5py is not installed";
  const char* const script = "import h5py, sys\nh5py.File(sys.argv[1], 'w')['x'] = [1, 2, 3]\n";
  ASSERT_EQ(run_python(folder_, script, path_), 0);
  EXPECT_EQ(check_file(path_).state, Wholeness::without_checksum);
  require_undamaged(path_);
}

TEST_F(Hdf5Test, AFileThatCannotBeReadIsNotCalledDamaged) {
  EXPECT_THAT(message_of([&] { static_cast<void>(check_file(path_)); }), HasSubstr("cannot read"));
}

TEST_F(Hdf5Test, PythonReadsEveryDtypeAndText) {
  if (!has_h5py()) GTEST_SKIP() << "python3-h5py is not installed";
  Hdf5Writer writer(path_);
  writer.write("half", at::tensor({0.5F, -1.25F, 65504.0F}).to(at::kHalf));
  writer.write("large_half", counting({9, 1000}, at::kHalf));
  writer.write_text("text", "Grüße");
  writer.write_attribute("/", "kind", "test");
  writer.commit();
  ASSERT_TRUE(stored_checksum(path_)) << "Python must read files that end with a checksum";
  const char* const script = R"(
import h5py, numpy, sys
f = h5py.File(sys.argv[1], "r")
assert f["half"].dtype == numpy.float16 and f["half"][:].tolist() == [0.5, -1.25, 65504.0]
assert f["large_half"].dtype == numpy.float16
assert (f["large_half"][:].ravel() == numpy.arange(9000) * 37 % 251).all()
assert f["text"].asstr()[()] == "Grüße"
kind = f.attrs["kind"]
assert (kind.decode() if isinstance(kind, bytes) else kind) == "test", kind
)";
  EXPECT_EQ(run_python(folder_, script, path_), 0);
}

}  // namespace
}  // namespace at2
