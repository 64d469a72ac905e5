// A test double for NCCL, which needs GPUs: built as libnccl.so.2, it sums host memory of processes of one machine
// through shared memory. Like NCCL's communicators that do not block, it answers "in progress" until it was asked a few
// times, and sums on a thread of its own, while the stream that it was given counts work that is not done.
//
// A stream is a StandInStream (support/nccl_stand_in.h). Ranks are added up from the last to the first, the other way
// round than MPI does for two. AT2_STAND_IN_FAULT=<kind>@<rank>@<call> makes that rank fail in that all-reduce (call 0:
// connecting) with kind 1 to 6, an error of NCCL; "hang": it never gets further; "device": its stream fails.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "support/nccl_stand_in.h"

#ifndef AT2_STAND_IN_VERSION
#define AT2_STAND_IN_VERSION 22809
#endif

namespace {

constexpr int kSuccess = 0;
constexpr int kSystemError = 2;
constexpr int kInvalidArgument = 4;
constexpr int kRemoteError = 6;
constexpr int kInProgress = 7;
constexpr int kMostRanks = 8;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

struct Id {
  char bytes[128];
};

struct Config {
  std::size_t size;
  unsigned int magic;
  unsigned int version;
  int blocking;
};

/// What the ranks share.
struct Meeting {
  std::atomic<int> arrived;
  std::atomic<int> failed;
  /// Of each rank: how many of its sums are laid out, and how many it has read.
  std::atomic<long> written[kMostRanks];
  std::atomic<long> read[kMostRanks];
  unsigned char values[kMostRanks][kMostBytes];
};

struct Fault {
  std::string kind;
  int rank = -1;
  long call = -1;
};

struct Sum {
  const void* from;
  void* to;
  std::size_t count;
  int type;
  int operation;
  StandInStream* stream;
};

struct Comm {
  std::string name;
  Meeting* meeting = nullptr;
  int rank = 0;
  int ranks = 0;
  Fault fault;
  long calls = 0;
  int polls = 0;
  std::atomic<int> error{kSuccess};
  std::atomic<bool> aborted{false};
  std::thread device;
  StandInStream* stream = nullptr;
};

Fault fault_of_environment() {
  Fault fault;
  const char* text = std::getenv("AT2_STAND_IN_FAULT");
  if (text == nullptr) return fault;
  char kind[16] = "";
  if (std::sscanf(text, "%15[^@]@%d@%ld", kind, &fault.rank, &fault.call) == 3) fault.kind = kind;
  return fault;
}

bool strikes(const Comm& comm) { return comm.fault.rank == comm.rank && comm.fault.call == comm.calls; }

void nap() { std::this_thread::sleep_for(std::chrono::microseconds(50)); }

/// Waits until `done`, an abort or another rank's failure. \return whether it is done
template <class Done>
bool wait(Comm& comm, Done done) {
  while (!done()) {
    if (comm.aborted) return false;
    if (comm.meeting->failed != 0) {
      comm.error = kRemoteError;
      return false;
    }
    nap();
  }
  return true;
}

template <class T>
void reduce(const Comm& comm, const Sum& sum) {
  T* to = static_cast<T*>(sum.to);
  for (std::size_t i = 0; i < sum.count; ++i) {
    T total{};
    for (int rank = comm.ranks - 1; rank >= 0; --rank) {
      T value{};
      std::memcpy(&value, comm.meeting->values[rank] + i * sizeof(T), sizeof(T));
      if (rank == comm.ranks - 1) {
        total = value;
      } else if (sum.operation == 0) {
        total = static_cast<T>(total + value);
      } else if (sum.operation == 2) {
        total = value > total ? value : total;
      } else {
        total = value < total ? value : total;
      }
    }
    to[i] = total;
  }
}

std::size_t bytes_of(int type) { return type == 1 ? 1 : type == 7 ? 4 : type == 4 || type == 8 ? 8 : 0; }

void run_sum(Comm& comm, Sum sum, long turn) {
  Meeting& meeting = *comm.meeting;
  const auto all = [&](const std::atomic<long>* of_rank, long least) {
    for (int rank = 0; rank < comm.ranks; ++rank) {
      if (of_rank[rank] < least) return false;
    }
    return true;
  };
  // The values are those of the time when the stream gets there, not of the call.
  if (!wait(comm, [&] { return all(meeting.read, turn - 1); })) return;
  std::memcpy(meeting.values[comm.rank], sum.from, sum.count * bytes_of(sum.type));
  meeting.written[comm.rank] = turn;
  if (!wait(comm, [&] { return all(meeting.written, turn); })) return;
  if (sum.type == 1) reduce<unsigned char>(comm, sum);
  if (sum.type == 4) reduce<long>(comm, sum);
  if (sum.type == 7) reduce<float>(comm, sum);
  if (sum.type == 8) reduce<double>(comm, sum);
  meeting.read[comm.rank] = turn;
  --sum.stream->unfinished;
}

/// The fault that is due now, if one is. \return NCCL's answer; in progress where nothing is answered for ever
int strike(Comm& comm, StandInStream* stream) {
  const std::string& kind = comm.fault.kind;
  if (kind == "hang") return kInProgress;
  if (kind == "device" && stream != nullptr) {
    stream->failed = true;
    return kInProgress;
  }
  const int error = std::atoi(kind.c_str());
  // Not at once: an asynchronous error is met later.
  comm.error = error;
  if (error != kRemoteError) comm.meeting->failed = 1;
  return kInProgress;
}

bool stuck(const Comm& comm) { return comm.fault.kind == "hang" && strikes(comm); }

/// What is aborted does not go on: its stream is free, and with it the memory that was to be summed.
void stop_device(Comm& comm) {
  comm.aborted = true;
  if (comm.device.joinable()) comm.device.join();
  if (comm.stream != nullptr) comm.stream->unfinished = 0;
}

void end(Comm* comm) {
  stop_device(*comm);
  munmap(comm->meeting, sizeof(Meeting));
  shm_unlink(comm->name.c_str());
  delete comm;
}

}  // namespace

extern "C" {

int ncclGetVersion(int* version) {
  *version = AT2_STAND_IN_VERSION;
  return kSuccess;
}

int ncclGetUniqueId(Id* id) {
  std::snprintf(id->bytes, sizeof(id->bytes), "/at2-nccl-stand-in-%d-%ld", getpid(),
                static_cast<long>(std::chrono::steady_clock::now().time_since_epoch().count()));
  const int file = shm_open(id->bytes, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (file < 0 || ftruncate(file, sizeof(Meeting)) != 0) return kSystemError;
  close(file);
  return kSuccess;
}

int ncclCommInitRankConfig(void** made, int ranks, Id id, int rank, Config* config) {
  // What NCCL itself takes from a program of 2.14.
  if (config->size < sizeof(Config) || config->magic != 0xcafebeef || config->version < 21400 ||
      config->blocking != 0 || ranks > kMostRanks) {
    return kInvalidArgument;
  }
  const int file = shm_open(id.bytes, O_RDWR, 0600);
  if (file < 0) return kSystemError;
  void* memory = mmap(nullptr, sizeof(Meeting), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) return kSystemError;
  auto* comm = new Comm;
  comm->name = id.bytes;
  comm->meeting = static_cast<Meeting*>(memory);
  comm->rank = rank;
  comm->ranks = ranks;
  comm->fault = fault_of_environment();
  *made = comm;
  if (strikes(*comm)) return strike(*comm, nullptr);
  // The name can go once all have opened it, or one gives up.
  if (++comm->meeting->arrived == ranks) shm_unlink(id.bytes);
  return kInProgress;
}

int ncclCommGetAsyncError(void* handle, int* state) {
  auto* comm = static_cast<Comm*>(handle);
  *state = kInProgress;
  if (stuck(*comm) || comm->polls++ < 3) return kSuccess;
  if (comm->error == kSuccess && comm->meeting->failed != 0) comm->error = kRemoteError;
  *state = comm->error != kSuccess || comm->meeting->arrived >= comm->ranks ? comm->error.load() : kInProgress;
  return kSuccess;
}

int ncclAllReduce(const void* from, void* to, std::size_t count, int type, int operation, void* handle, void* stream) {
  auto* comm = static_cast<Comm*>(handle);
  auto* work = static_cast<StandInStream*>(stream);
  if (bytes_of(type) == 0 || count * bytes_of(type) > kMostBytes) return kInvalidArgument;
  if (comm->device.joinable()) comm->device.join();
  ++comm->calls;
  comm->polls = 0;
  comm->stream = work;
  ++work->unfinished;
  if (strikes(*comm)) return strike(*comm, work);
  comm->device = std::thread(run_sum, std::ref(*comm), Sum{from, to, count, type, operation, work}, comm->calls);
  return kInProgress;
}

int ncclCommFinalize(void*) { return kSuccess; }

int ncclCommDestroy(void* handle) {
  end(static_cast<Comm*>(handle));
  return kSuccess;
}

#ifndef AT2_STAND_IN_WITHOUT_ABORT
int ncclCommAbort(void* handle) {
  std::fprintf(stderr, "stand-in: aborted\n");
  // One that hangs for ever, as NCCL's has done: whoever calls it must not wait for it. It leaves no thread behind that
  // ThreadSanitizer would miss.
  if (std::getenv("AT2_STAND_IN_ABORT_HANGS") != nullptr) {
    stop_device(*static_cast<Comm*>(handle));
    pause();
  }
  end(static_cast<Comm*>(handle));
  return kSuccess;
}
#endif

const char* ncclGetErrorString(int result) {
  switch (result) {
    case 1:
      return "unhandled cuda error";
    case 2:
      return "unhandled system error";
    case 3:
      return "internal error";
    case 4:
      return "invalid argument";
    case 5:
      return "invalid usage";
    case 6:
      return "remote process exited or there was a network error";
    default:
      return "no error";
  }
}

const char* ncclGetLastError(void*) { return "said by a stand-in"; }

}  // extern "C"
