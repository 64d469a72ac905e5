// What ranks pay to talk: a message of the work queue, whole schedules with chunks that sleep, the sum of gradients.
//
//   mpirun -n R comm_costs rate CHUNKS    the other ranks ask as fast as they can; rank 0 only serves
//   mpirun -n R comm_costs sleep FILE     all ranks take chunks; chunk i sleeps for the seconds in line i of FILE
//   mpirun -n R comm_costs reduce TIMES   the all-reduce of a training step: 64 rows of 1,025 float64
//
// Prints one line of JSON; benchmarks/queue_simulation runs both and compares them with its model.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "base/timer.h"
#include "comm/environment.h"
#include "comm/work_queue.h"

namespace at2::benchmarks {
namespace {

/// What one rank saw.
struct Served {
  std::int64_t chunks = 0;
  /// Asking, until the answer is there.
  double asking = 0;
  double busy = 0;
  /// From the start to its last answer.
  double until_left = 0;
};

template <class Compute>
Served take_all(WorkQueue& queue, Compute compute) {
  Served served;
  const Timer whole;
  for (;;) {
    const Timer asking;
    const auto chunk = queue.next();
    served.asking += asking.seconds();
    if (!chunk) break;
    const Timer busy;
    compute(*chunk);
    served.busy += busy.seconds();
    ++served.chunks;
  }
  served.until_left = whole.seconds();
  return served;
}

std::vector<double> read_seconds(const std::string& file) {
  std::ifstream lines(file);
  std::vector<double> seconds{std::istream_iterator<double>(lines), {}};
  if (seconds.empty())
    throw UserError("cannot use " + file, "it holds no numbers", "give a file with a number per line");
  return seconds;
}

std::vector<Work> works_of(const std::vector<double>& seconds) {
  std::vector<Work> works;
  for (const double cost : seconds) works.push_back({std::ssize(works), cost});
  return works;
}

std::vector<double> gathered(Communicator& ranks, double mine) {
  std::vector<double> own = {mine};
  std::vector<double> all(static_cast<std::size_t>(ranks.size()));
  ranks.all_gather(buffer_of(std::span(own)), buffer_of(std::span(all)));
  return all;
}

void print_list(const char* name, const std::vector<double>& values, const char* end) {
  std::cout << '"' << name << "\": [";
  for (std::size_t i = 0; i < values.size(); ++i) std::cout << (i > 0 ? ", " : "") << values[i];
  std::cout << "]" << end;
}

void report(Communicator& ranks, const Served& served, double seconds) {
  const auto chunks = gathered(ranks, static_cast<double>(served.chunks));
  const auto asking = gathered(ranks, served.asking);
  const auto busy = gathered(ranks, served.busy);
  const auto left = gathered(ranks, served.until_left);
  if (ranks.rank() != 0) return;
  std::cout << "{\"ranks\": " << ranks.size() << ", \"seconds\": " << seconds << ", ";
  print_list("chunks", chunks, ", ");
  print_list("asking", asking, ", ");
  print_list("busy", busy, ", ");
  print_list("until_left", left, "}\n");
}

/// Seconds of one all-reduce, the median of `times`.
void report_reduce(Communicator& ranks, int times) {
  std::vector<double> rows(64 * 1025, 1.0 / (1 + ranks.rank()));
  std::vector<double> seconds;
  for (int i = 0; i < times; ++i) {
    ranks.barrier();
    const Timer timer;
    ranks.all_reduce(buffer_of(std::span(rows)), Reduction::sum);
    seconds.push_back(timer.seconds());
  }
  std::sort(seconds.begin(), seconds.end());
  if (ranks.rank() != 0) return;
  std::cout << "{\"ranks\": " << ranks.size() << ", \"bytes\": " << rows.size() * sizeof(double)
            << ", \"seconds\": " << seconds[seconds.size() / 2] << "}\n";
}

void run(int argc, char** argv) {
  Environment environment(&argc, &argv);
  Communicator& ranks = environment.communicator();
  if (argc != 3) throw UserError("wrong arguments", "a form and one value are needed", "see comm_costs.cc");
  if (std::string(argv[1]) == "reduce") return report_reduce(ranks, std::max(1, std::stoi(argv[2])));
  const bool sleeps = std::string(argv[1]) == "sleep";
  const std::vector<double> seconds =
      sleeps ? read_seconds(argv[2]) : std::vector<double>(static_cast<std::size_t>(std::stoll(argv[2])), 1.0);
  const std::vector<Work> works = works_of(seconds);
  ranks.barrier();
  const Timer timer;
  const auto queue = make_work_queue(ranks, works);
  Served served;
  if (sleeps || ranks.rank() != 0) {
    served = take_all(*queue, [&](std::int64_t chunk) {
      if (sleeps) std::this_thread::sleep_for(std::chrono::duration<double>(seconds[static_cast<std::size_t>(chunk)]));
    });
  }
  queue->finish();
  report(ranks, served, timer.seconds());
}

}  // namespace
}  // namespace at2::benchmarks

int main(int argc, char** argv) {
  try {
    at2::benchmarks::run(argc, argv);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return 1;
  }
}
