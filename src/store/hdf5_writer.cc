#include "store/hdf5_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "store/checksum.h"
#include "store/hdf5_detail.h"
#include "store/memory_file.h"

namespace at2 {
namespace {

using hdf5::kCompactBytes;

/// Target size of a chunk: HDF5 caches 1 MB per dataset.
constexpr hsize_t kChunkBytes = 512 * 1024;

std::vector<hsize_t> chunk_shape(std::vector<hsize_t> shape, hsize_t element_bytes) {
  // The trailing dimensions stay whole as long as they fit; those before are cut.
  hsize_t bytes = element_bytes;
  for (std::size_t i = shape.size(); i-- > 0;) {
    shape[i] = std::clamp<hsize_t>(kChunkBytes / bytes, 1, shape[i]);
    bytes *= shape[i];
  }
  return shape;
}

H5::DSetCreatPropList packed_layout(const std::vector<hsize_t>& shape, hsize_t element_bytes) {
  H5::DSetCreatPropList properties;
  hsize_t bytes = element_bytes;
  for (const hsize_t extent : shape) bytes *= extent;
  if (bytes == 0) return properties;
  if (bytes <= kCompactBytes) {
    properties.setLayout(H5D_COMPACT);
    return properties;
  }
  const std::vector<hsize_t> chunk = chunk_shape(shape, element_bytes);
  properties.setChunk(static_cast<int>(chunk.size()), chunk.data());
  properties.setShuffle();
  properties.setDeflate(1);
  properties.setFletcher32();
  return properties;
}

/// One chunk for each index of the first dimension, as it is, so that it is one piece of the file (store/row_file.h).
H5::DSetCreatPropList row_layout(std::vector<hsize_t> shape) {
  H5::DSetCreatPropList properties;
  if (std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end()) return properties;
  shape.front() = 1;
  properties.setChunk(static_cast<int>(shape.size()), shape.data());
  properties.setFletcher32();
  return properties;
}

H5::DataSpace space_of(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return H5::DataSpace(H5S_SCALAR);
  return {static_cast<int>(shape.size()), shape.data()};
}

void make_groups(H5::H5File& file, const std::string& name) {
  for (std::size_t slash = name.find('/', 1); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    const std::string group = name.substr(0, slash);
    if (!file.nameExists(group)) file.createGroup(group);
  }
}

void write_values(H5::H5File& file, const std::string& name, const H5::DataType& type,
                  const std::vector<hsize_t>& shape, const void* values, const H5::DSetCreatPropList& layout) {
  make_groups(file, name);
  H5::DataSet dataset = file.createDataSet(name, type, space_of(shape), layout);
  if (std::find(shape.begin(), shape.end(), hsize_t{0}) == shape.end()) dataset.write(values, type);
}

/// Calls `use()`; a fault of HDF5 in memory is one of ours (a name used twice) or lack of memory.
template <class Use>
void checked(const std::filesystem::path& path, std::string_view name, Use use) {
  try {
    use();
  } catch (const H5::Exception& fault) {
    throw ContractViolation("cannot put " + std::string(name) + " into " + path.string() + ": " + fault.getDetailMsg());
  }
}

std::vector<char> padded(std::span<const std::string> texts, std::size_t width) {
  std::vector<char> bytes(texts.size() * width, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::copy(texts[i].begin(), texts[i].end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  return bytes;
}

bool ends_with_nul(const std::string& text) { return !text.empty() && text.back() == '\0'; }

/// Padding hides NUL bytes at the end of a text; its length brings them back.
void keep_lengths(H5::H5File& file, const std::string& name, std::span<const std::string> texts) {
  if (std::none_of(texts.begin(), texts.end(), ends_with_nul)) return;
  std::vector<std::int64_t> lengths;
  for (const std::string& text : texts) lengths.push_back(static_cast<std::int64_t>(text.size()));
  H5::DataSet dataset = file.openDataSet(name);
  dataset.createAttribute(hdf5::kLengths, H5::PredType::STD_I64LE, space_of({lengths.size()}))
      .write(H5::PredType::NATIVE_INT64, lengths.data());
}

void write_attribute_values(H5::H5File& file, const std::string& object, const std::string& name,
                            const H5::DataType& type, const void* value) {
  make_groups(file, object);
  const bool is_root = object == "/";
  if (!is_root && !file.nameExists(object)) file.createGroup(object);
  const auto write_to = [&](const H5::H5Object& owner) {
    owner.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, value);
  };
  if (!is_root && file.childObjType(object) == H5O_TYPE_DATASET) {
    write_to(file.openDataSet(object));
  } else {
    write_to(file.openGroup(object));
  }
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::filesystem::path path) : path_(std::move(path)) {
  hdf5::silence();
  checked(path_, "/", [&] { image_ = std::make_unique<MemoryFile>(path_.string()); });
}

Hdf5Writer::~Hdf5Writer() = default;
Hdf5Writer::Hdf5Writer(Hdf5Writer&&) noexcept = default;
Hdf5Writer& Hdf5Writer::operator=(Hdf5Writer&&) noexcept = default;

void Hdf5Writer::write(std::string_view name, const at::Tensor& tensor, Layout layout) {
  AT2_EXPECT(image_ != nullptr, "the file is committed");
  AT2_EXPECT(layout == Layout::packed || tensor.dim() > 1, "rows have at least one dimension");
  const at::Tensor values = tensor.detach().cpu().contiguous();
  std::vector<hsize_t> shape;
  for (const std::int64_t extent : values.sizes()) shape.push_back(static_cast<hsize_t>(extent));
  checked(path_, name, [&] {
    const H5::DataType type = hdf5::file_type(values.scalar_type());
    write_values(image_->file(), std::string(name), type, shape, values.const_data_ptr(),
                 layout == Layout::rows ? row_layout(shape) : packed_layout(shape, type.getSize()));
  });
}

void Hdf5Writer::write_text(std::string_view name, std::string_view text) {
  AT2_EXPECT(image_ != nullptr, "the file is committed");
  const std::string whole(text);
  const std::size_t width = std::max<std::size_t>(whole.size(), 1);
  // HDF5 cannot chunk, and so not protect, a scalar: a long text is a list of one.
  const std::vector<hsize_t> shape = width <= kCompactBytes ? std::vector<hsize_t>{} : std::vector<hsize_t>{1};
  checked(path_, name, [&] {
    write_values(image_->file(), std::string(name), hdf5::text_type(width), shape, padded({&whole, 1}, width).data(),
                 packed_layout(shape, width));
    keep_lengths(image_->file(), std::string(name), {&whole, 1});
  });
}

void Hdf5Writer::write_texts(std::string_view name, std::span<const std::string> texts) {
  AT2_EXPECT(image_ != nullptr, "the file is committed");
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size());
  checked(path_, name, [&] {
    write_values(image_->file(), std::string(name), hdf5::text_type(width), {texts.size()}, padded(texts, width).data(),
                 packed_layout({texts.size()}, width));
    keep_lengths(image_->file(), std::string(name), texts);
  });
}

void Hdf5Writer::write_attribute(std::string_view object, std::string_view name, std::string_view text) {
  AT2_EXPECT(image_ != nullptr, "the file is committed");
  const std::size_t width = std::max<std::size_t>(text.size(), 1);
  const std::string value(text);
  checked(path_, name, [&] {
    write_attribute_values(image_->file(), std::string(object), std::string(name), hdf5::text_type(width),
                           padded({&value, 1}, width).data());
  });
}

void Hdf5Writer::write_attribute(std::string_view object, std::string_view name, std::int64_t number) {
  AT2_EXPECT(image_ != nullptr, "the file is committed");
  checked(path_, name, [&] {
    write_attribute_values(image_->file(), std::string(object), std::string(name), H5::PredType::STD_I64LE, &number);
  });
}

std::int64_t Hdf5Writer::commit() {
  AT2_EXPECT(image_ != nullptr, "the file is committed");
  write_attribute("/", hdf5::kChecksum, "xxh3-128");
  const std::unique_ptr<MemoryFile> image = std::move(image_);
  std::span<const char> bytes;
  checked(path_, "/", [&] { bytes = image->close(); });
  const std::string line = checksum_line(bytes);
  AtomicFile file(path_);
  file.write(bytes);
  file.write(line);
  file.commit();
  return static_cast<std::int64_t>(bytes.size() + line.size());
}

}  // namespace at2
