#include "store/hdf5_reader.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "store/checksum.h"
#include "store/hdf5_detail.h"

namespace at2 {
namespace {

[[noreturn]] void damaged(const std::filesystem::path& path, std::string_view object, const std::string& why) {
  const std::string where = object.empty() ? "" : ": " + std::string(object);
  throw UserError(path.string() + where + " is damaged", why, "delete this file and run the same command again");
}

std::string reason(const H5::Exception& fault) {
  return "HDF5 says: " + fault.getFuncName() + ": " + fault.getDetailMsg();
}

/// Calls `use()`; a fault of HDF5 becomes a message that names file and object.
template <class Use>
auto checked(const std::filesystem::path& path, std::string_view object, Use use) {
  try {
    return use();
  } catch (const H5::Exception& fault) {
    damaged(path, object, reason(fault));
  }
}

bool exists(const H5::H5File& file, const std::string& name) {
  if (name.empty() || name == "/") return true;
  // HDF5 answers for the last link only if those before it exist.
  for (std::size_t slash = name.find('/', 1); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    if (!file.nameExists(name.substr(0, slash))) return false;
  }
  return file.nameExists(name);
}

H5::DataSet open_dataset(const H5::H5File& file, const std::filesystem::path& path, const std::string& name) {
  if (!exists(file, name)) damaged(path, name, "there is no such dataset");
  return file.openDataSet(name);
}

std::vector<std::int64_t> shape_of(const H5::DataSpace& space) {
  if (space.getSimpleExtentType() == H5S_NULL) return {0};
  std::vector<hsize_t> extents(static_cast<std::size_t>(space.getSimpleExtentNdims()));
  if (!extents.empty()) space.getSimpleExtentDims(extents.data());
  return {extents.begin(), extents.end()};
}

/// StoredRows::first. Rows that HDF5 put elsewhere than one after another have none.
std::optional<std::int64_t> first_row(const H5::DataSet& dataset, const std::vector<std::int64_t>& shape,
                                      std::size_t element_bytes) {
  const H5::DSetCreatPropList layout = dataset.getCreatePlist();
  if (shape.size() < 2 || layout.getLayout() != H5D_CHUNKED || layout.getNfilters() != 1) return std::nullopt;
  std::vector<hsize_t> corner(shape.size());
  haddr_t first = 0;
  haddr_t expected = 0;
  std::size_t row_bytes = element_bytes;
  for (std::size_t i = 1; i < shape.size(); ++i) row_bytes *= static_cast<std::size_t>(shape[i]);
  for (corner[0] = 0; corner[0] < static_cast<hsize_t>(shape[0]); ++corner[0]) {
    unsigned filters_off = 0;
    haddr_t place = HADDR_UNDEF;
    hsize_t bytes = 0;
    if (H5Dget_chunk_info_by_coord(dataset.getId(), corner.data(), &filters_off, &place, &bytes) < 0) {
      throw H5::DataSetIException("H5Dget_chunk_info_by_coord", "the index of chunks cannot be read");
    }
    const bool follows = corner[0] == 0 || place == expected;
    if (place == HADDR_UNDEF || filters_off != 0 || bytes != row_bytes + hdf5::kFletcherBytes || !follows) {
      return std::nullopt;
    }
    if (corner[0] == 0) first = place;
    expected = place + bytes;
  }
  return shape[0] > 0 ? std::optional(static_cast<std::int64_t>(first)) : std::nullopt;
}

std::int64_t count_of(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

std::vector<std::int64_t> lengths_of(const H5::DataSet& dataset, std::size_t count) {
  if (!dataset.attrExists(hdf5::kLengths)) return {};
  const H5::Attribute attribute = dataset.openAttribute(hdf5::kLengths);
  if (attribute.getSpace().getSimpleExtentNpoints() != static_cast<hssize_t>(count)) {
    throw H5::AttributeIException("lengths", "wrong number of lengths");
  }
  std::vector<std::int64_t> lengths(count);
  attribute.read(H5::PredType::NATIVE_INT64, lengths.data());
  return lengths;
}

/// The texts of `bytes`, each in `width` bytes with NUL bytes after its end.
std::vector<std::string> unpadded(const std::vector<char>& bytes, std::size_t width,
                                  const std::vector<std::int64_t>& lengths) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i * width < bytes.size(); ++i) {
    std::string text(bytes.data() + i * width, width);
    if (lengths.empty()) {
      text.resize(text.find_last_not_of('\0') + 1);
    } else {
      text.resize(std::min(width, static_cast<std::size_t>(lengths[i])));
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

/// Opens a group or dataset and calls `use(object)`.
template <class Use>
auto with_object(const H5::H5File& file, const std::filesystem::path& path, const std::string& object, Use use) {
  if (!exists(file, object)) damaged(path, object, "there is no such object");
  if (object != "/" && file.childObjType(object) == H5O_TYPE_DATASET) return use(file.openDataSet(object));
  return use(file.openGroup(object));
}

/// Opens an attribute of the given class and calls `use(attribute)`.
template <class Use>
auto with_attribute(const H5::H5File& file, const std::filesystem::path& path, const std::string& object,
                    const std::string& name, H5T_class_t wanted, Use use) {
  return with_object(file, path, object, [&](const H5::H5Object& owner) {
    if (!owner.attrExists(name)) damaged(path, object, "it has no attribute " + name);
    const H5::Attribute attribute = owner.openAttribute(name);
    const bool one_value = attribute.getSpace().getSimpleExtentNpoints() == 1;
    if (attribute.getTypeClass() != wanted || !one_value)
      damaged(path, object, "attribute " + name + " is of another type");
    return use(attribute);
  });
}

}  // namespace

std::string hdf5_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

struct Hdf5Reader::File {
  H5::H5File file;
};

Hdf5Reader::Hdf5Reader(std::filesystem::path path) : path_(std::move(path)) {
  hdf5::silence();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path_, error)) {
    throw UserError("cannot read " + path_.string(), error ? error.message() : "it is not a regular file",
                    "check the path");
  }
  checked(path_, "", [&] {
    H5::FileAccPropList access;
    access.setLibverBounds(H5F_LIBVER_V110, H5F_LIBVER_V110);
    // Our files never change, and some network file systems refuse locks.
    if (H5Pset_file_locking(access.getId(), 0, 1) < 0) throw H5::PropListIException("H5Pset_file_locking", "refused");
    file_ = std::make_unique<File>(
        File{H5::H5File(path_.string(), H5F_ACC_RDONLY, H5::FileCreatPropList::DEFAULT, access)});
    const bool has_line = !file_->file.openGroup("/").attrExists(hdf5::kChecksum) || stored_checksum(path_);
    if (!has_line) damaged(path_, "", "its last line, with the checksum, is missing: it has been cut");
  });
}

Hdf5Reader::~Hdf5Reader() = default;
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;

at::Tensor Hdf5Reader::read(std::string_view name) const {
  return checked(path_, name, [&] {
    const H5::DataSet dataset = open_dataset(file_->file, path_, std::string(name));
    const H5::DataType type = dataset.getDataType();
    const at::ScalarType dtype = hdf5::tensor_dtype(type);
    if (dtype == at::ScalarType::Undefined) damaged(path_, name, "its element type is unknown to the store");
    at::Tensor tensor = at::empty(shape_of(dataset.getSpace()), at::TensorOptions().dtype(dtype));
    if (tensor.numel() > 0) dataset.read(tensor.mutable_data_ptr(), type);
    return tensor;
  });
}

StoredRows Hdf5Reader::rows(std::string_view name) const {
  return checked(path_, name, [&] {
    const H5::DataSet dataset = open_dataset(file_->file, path_, std::string(name));
    const H5::DataType type = dataset.getDataType();
    StoredRows rows{hdf5::tensor_dtype(type), shape_of(dataset.getSpace()), std::nullopt};
    if (rows.dtype == at::ScalarType::Undefined) damaged(path_, name, "its element type is unknown to the store");
    rows.first = first_row(dataset, rows.shape, type.getSize());
    return rows;
  });
}

std::vector<std::string> Hdf5Reader::read_texts(std::string_view name) const {
  return checked(path_, name, [&] {
    const H5::DataSet dataset = open_dataset(file_->file, path_, std::string(name));
    if (dataset.getTypeClass() != H5T_STRING || dataset.getDataType().isVariableStr()) {
      damaged(path_, name, "it is no text of fixed length");
    }
    const auto count = static_cast<std::size_t>(count_of(shape_of(dataset.getSpace())));
    const std::size_t width = dataset.getDataType().getSize();
    std::vector<char> bytes(count * width);
    if (count > 0) dataset.read(bytes.data(), dataset.getDataType());
    return unpadded(bytes, width, lengths_of(dataset, count));
  });
}

std::string Hdf5Reader::read_text(std::string_view name) const {
  const std::vector<std::string> texts = read_texts(name);
  if (texts.size() != 1) damaged(path_, name, "it is not one text");
  return texts.front();
}

std::string Hdf5Reader::text_attribute(std::string_view object, std::string_view name) const {
  return checked(path_, object, [&] {
    return with_attribute(file_->file, path_, std::string(object), std::string(name), H5T_STRING,
                          [](const H5::Attribute& attribute) {
                            std::string text;
                            attribute.read(attribute.getStrType(), text);
                            text.resize(text.find_last_not_of('\0') + 1);
                            return text;
                          });
  });
}

std::int64_t Hdf5Reader::int_attribute(std::string_view object, std::string_view name) const {
  return checked(path_, object, [&] {
    return with_attribute(file_->file, path_, std::string(object), std::string(name), H5T_INTEGER,
                          [](const H5::Attribute& attribute) {
                            std::int64_t number = 0;
                            attribute.read(H5::PredType::NATIVE_INT64, &number);
                            return number;
                          });
  });
}

bool Hdf5Reader::has(std::string_view name) const {
  return checked(path_, name, [&] { return exists(file_->file, std::string(name)); });
}

std::vector<std::string> Hdf5Reader::children(std::string_view group) const {
  return checked(path_, group, [&] {
    const std::string name(group);
    if (!exists(file_->file, name)) damaged(path_, group, "there is no such group");
    const H5::Group opened = file_->file.openGroup(name);
    std::vector<std::string> names;
    for (hsize_t i = 0; i < opened.getNumObjs(); ++i) names.push_back(opened.getObjnameByIdx(i));
    std::sort(names.begin(), names.end());
    return names;
  });
}

}  // namespace at2
