#include "comm/nccl_communicator.h"

#include <algorithm>
#include <exception>
#include <future>
#include <thread>

#include "base/errors.h"
#include "comm/agree.h"

namespace at2 {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// NCCL is known to hang where it is ended after a fault; the program ends without it then.
constexpr milliseconds kLongestEnd{5000};

/// A fault that NCCL or the device tells of.
class NcclFault : public UserError {
 public:
  /// Whether it is this rank that failed, or another one that this rank waited for.
  enum class Origin { here, elsewhere };
  NcclFault(const std::string& problem, const std::string& why, Origin origin)
      : UserError(problem, why, "run it again, or with comm.backend=mpi: what was measured is kept"), origin_(origin) {}
  [[nodiscard]] Origin origin() const noexcept { return origin_; }

 private:
  Origin origin_;
};

nccl::DataType nccl_type(Scalar type) {
  switch (type) {
    case Scalar::u8:
      return nccl::DataType::uint8;
    case Scalar::i64:
      return nccl::DataType::int64;
    case Scalar::f32:
      return nccl::DataType::float32;
    case Scalar::f64:
      return nccl::DataType::float64;
  }
  contract_violation("Scalar", __FILE__, __LINE__, "unknown scalar type");
}

nccl::Operation nccl_operation(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return nccl::Operation::sum;
    case Reduction::min:
      return nccl::Operation::min;
    case Reduction::max:
      return nccl::Operation::max;
  }
  contract_violation("Reduction", __FILE__, __LINE__, "unknown reduction");
}

/// Waits a little; longer once the wait has taken a while, so that a rank that waits for slow ones burns no core.
void pause_after(Clock::duration waited) {
  if (waited < milliseconds(2)) {
    std::this_thread::yield();
  } else {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

/// Calls `end` and waits for it, but not for ever: a call that hangs is left to its thread.
void call_for_at_most(milliseconds limit, std::function<void()> end) {
  const auto ended = std::make_shared<std::promise<void>>();
  const std::future<void> future = ended->get_future();
  std::thread([end = std::move(end), ended] {
    end();
    ended->set_value();
  }).detach();
  static_cast<void>(future.wait_for(limit));
}

/// The rank that failed is to be heard, not those that noticed: whoever speaks first ends all. Where nobody failed but
/// all noticed, that is rank 0.
void let_others_speak(const NcclFault& fault, int rank, milliseconds deference) {
  if (fault.origin() == NcclFault::Origin::here) return;
  std::this_thread::sleep_for(rank == 0 ? deference : 2 * deference);
}

/// As agreed(), but the rank that failed is heard before those that noticed. \collective
template <class Step>
void agreed_on_nccl(Communicator& ranks, const Step& step) {
  std::exception_ptr here;
  std::exception_ptr elsewhere;
  try {
    step();
  } catch (const NcclFault& fault) {
    (fault.origin() == NcclFault::Origin::here ? here : elsewhere) = std::current_exception();
  } catch (...) {
    here = std::current_exception();
  }
  agree(ranks, here);
  agree(ranks, elsewhere);
}

}  // namespace

NcclCommunicator::NcclCommunicator(Communicator& base, std::unique_ptr<DeviceStream> stream, NcclOptions options)
    : Communicator(base.rank(), base.size()),
      base_(&base),
      stream_(std::move(stream)),
      options_(std::move(options)),
      exceptions_before_(std::uncaught_exceptions()) {
  nccl::UniqueId id{};
  agreed_on_nccl(base, [&] {
    library_ = std::make_shared<const NcclLibrary>();
    if (rank() == 0) check(library_->get_unique_id(&id), "preparing to connect");
  });
  base.broadcast({id.bytes, sizeof(id.bytes), Scalar::u8, Place::host}, 0);
  try {
    agreed_on_nccl(base, [&] { connect(id); });
  } catch (...) {
    // No destructor will do it for an object that was never there.
    abort_connection();
    throw;
  }
}

NcclCommunicator::~NcclCommunicator() {
  if (std::uncaught_exceptions() > exceptions_before_) {
    abort_connection();
  } else {
    close_connection();
  }
}

void NcclCommunicator::connect(const nccl::UniqueId& id) {
  const char* const doing = "connecting the ranks";
  stream_->make_device_current();
  nccl::Config config;
  check(library_->comm_init_rank_config(&connection_, size(), id, rank(), &config), doing);
  AT2_EXPECT(connection_ != nullptr, "a connection that is being made can be asked");
  wait_until([] { return true; }, doing);
}

void NcclCommunicator::all_reduce(Buffer values, Reduction reduction) {
  if (values.place == Place::host) return base_->all_reduce(values, reduction);
  AT2_EXPECT(connection_ != nullptr, "NCCL has not failed before");
  if (values.count == 0) return;
  try {
    enqueue_and_wait(values, reduction);
  } catch (const NcclFault& fault) {
    abort_connection();
    let_others_speak(fault, rank(), options_.deference);
    throw;
  }
}

void NcclCommunicator::enqueue_and_wait(const Buffer& values, Reduction reduction) {
  const std::string doing = "all-reduce " + std::to_string(++reductions_);
  stream_->make_device_current();
  check(library_->all_reduce(values.address, values.address, values.count, nccl_type(values.type),
                             nccl_operation(reduction), connection_, stream_->handle()),
        doing);
  wait_until([this] { return stream_->idle(); }, doing);
}

void NcclCommunicator::check(nccl::Result result, const std::string& doing) const {
  if (result == nccl::Result::success || result == nccl::Result::in_progress) return;
  std::string why = library_->get_error_string(result);
  const char* const detail = library_->get_last_error(connection_);
  if (detail != nullptr && *detail != '\0') why.append("; ").append(detail);
  throw NcclFault("NCCL failed on rank " + std::to_string(rank()) + ", host " + options_.host + ", in " + doing, why,
                  result == nccl::Result::remote_error ? NcclFault::Origin::elsewhere : NcclFault::Origin::here);
}

/// Asks NCCL until it is not in progress any more: only then is its work in the stream, which `done` may ask about.
void NcclCommunicator::wait_until(const std::function<bool()>& done, const std::string& doing) const {
  const Clock::time_point start = Clock::now();
  for (;;) {
    nccl::Result state = nccl::Result::success;
    check(library_->comm_get_async_error(connection_, &state), doing);
    check(state, doing);
    try {
      if (state == nccl::Result::success && done()) return;
    } catch (const std::runtime_error& error) {
      throw NcclFault("the GPU of rank " + std::to_string(rank()) + ", host " + options_.host + ", failed in " + doing,
                      error.what(), NcclFault::Origin::here);
    }
    const Clock::duration waited = Clock::now() - start;
    if (waited > options_.limit) break;
    pause_after(waited);
  }
  const auto seconds = std::chrono::duration<double>(options_.limit).count();
  std::string text = std::to_string(seconds);
  text.erase(text.find('.') + 2);
  throw NcclFault("NCCL was not done after " + text + " s on rank " + std::to_string(rank()) + ", host " +
                      options_.host + ", in " + doing,
                  "a rank does not answer, or the network between the GPUs is stuck", NcclFault::Origin::elsewhere);
}

void NcclCommunicator::abort_connection() {
  if (connection_ == nullptr) return;
  call_for_at_most(kLongestEnd, [library = library_, connection = connection_] { library->comm_abort(connection); });
  connection_ = nullptr;
}

void NcclCommunicator::close_connection() {
  if (connection_ == nullptr) return;
  call_for_at_most(kLongestEnd, [library = library_, connection = connection_] {
    const Clock::time_point start = Clock::now();
    nccl::Result state = library->comm_finalize(connection);
    while (state == nccl::Result::in_progress && Clock::now() - start < kLongestEnd / 2) {
      std::this_thread::sleep_for(milliseconds(1));
      const nccl::Result asked = library->comm_get_async_error(connection, &state);
      if (asked != nccl::Result::success) state = asked;
    }
    state == nccl::Result::success ? library->comm_destroy(connection) : library->comm_abort(connection);
  });
  connection_ = nullptr;
}

std::string first_obstacle(Communicator& ranks, const std::string& host, const std::string& obstacle,
                           const std::string& gpu) {
  const std::vector<std::string> hosts = gather_texts(ranks, host);
  const std::vector<std::string> obstacles = gather_texts(ranks, obstacle);
  const std::vector<std::string> gpus = gather_texts(ranks, gpu);
  for (std::size_t rank = 0; rank < obstacles.size(); ++rank) {
    if (obstacles[rank].empty()) continue;
    return "rank " + std::to_string(rank) + " on host " + hosts[rank] + ": " + obstacles[rank];
  }
  for (std::size_t rank = 0; rank < gpus.size(); ++rank) {
    const auto before = static_cast<std::size_t>(std::find(gpus.begin(), gpus.end(), gpus[rank]) - gpus.begin());
    if (before == rank) continue;
    return "ranks " + std::to_string(before) + " and " + std::to_string(rank) + " on host " + hosts[rank] +
           " share the GPU " + gpus[rank].substr(0, gpus[rank].find(' '));
  }
  return "";
}

}  // namespace at2
