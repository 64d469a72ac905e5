/// \file comm/communicator.h
/// \brief The one interface through which ranks exchange values.
///
/// Only files in comm/ include <mpi.h> (checked by tests/layering). Members marked \collective must be reached by every
/// rank, in the same order. Validate input and throw before the first of them, never between two: see comm/agree.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace at2 {

enum class Reduction { sum, min, max };
enum class Place { host, device };
enum class Scalar { u8, i64, f32, f64 };

/// Bytes of one element.
[[nodiscard]] std::size_t scalar_bytes(Scalar type);

/// Borrowed, contiguous, typed memory. `count` is in elements, not bytes.
struct Buffer {
  void* address = nullptr;
  std::size_t count = 0;
  Scalar type = Scalar::f32;
  Place place = Place::host;
};

/// The host memory of `values` as a Buffer.
[[nodiscard]] inline Buffer buffer_of(std::span<std::uint8_t> values) {
  return {values.data(), values.size(), Scalar::u8, Place::host};
}
[[nodiscard]] inline Buffer buffer_of(std::span<std::int64_t> values) {
  return {values.data(), values.size(), Scalar::i64, Place::host};
}
[[nodiscard]] inline Buffer buffer_of(std::span<float> values) {
  return {values.data(), values.size(), Scalar::f32, Place::host};
}
[[nodiscard]] inline Buffer buffer_of(std::span<double> values) {
  return {values.data(), values.size(), Scalar::f64, Place::host};
}

/// A fixed group of `size()` ranks, numbered from 0. A fault inside MPI ends all ranks (MPI's own error handler).
class Communicator {
 public:
  virtual ~Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int size() const noexcept { return size_; }

  /// Returns once every rank has arrived. A waiting rank sleeps: it does not burn a core. \collective
  virtual void barrier() = 0;

  /// Overwrites `values` on all ranks with the contents on `root`. \collective
  /// \pre `count`, `type` and `root` are equal on all ranks.
  virtual void broadcast(Buffer values, int root) = 0;

  /// Replaces `values` by its element-wise reduction over ranks. \collective
  /// Floating-point sums depend on `size()` in the last bits, unless all ranks but one hold zero.
  virtual void all_reduce(Buffer values, Reduction reduction) = 0;

  /// Concatenates the ranks' equal-sized `mine` in rank order. \collective
  /// \pre all.count == mine.count * size()
  virtual void all_gather(Buffer mine, Buffer all) = 0;

 protected:
  Communicator(int rank, int size) noexcept : rank_(rank), size_(size) {}

 private:
  int rank_;
  int size_;
};

/// One rank alone: every operation is a no-op or a copy. Needs no MPI.
[[nodiscard]] std::unique_ptr<Communicator> make_self_communicator();

/// All ranks that mpirun or srun started. \pre MPI was started (see comm/environment.h). \collective
[[nodiscard]] std::unique_ptr<Communicator> make_mpi_communicator();

}  // namespace at2
