#include <cstring>

#include "base/errors.h"
#include "comm/communicator.h"

namespace at2 {

std::size_t scalar_bytes(Scalar type) {
  switch (type) {
    case Scalar::u8:
      return 1;
    case Scalar::f32:
      return 4;
    case Scalar::i64:
    case Scalar::f64:
      return 8;
  }
  contract_violation("Scalar", __FILE__, __LINE__, "unknown scalar type");
}

namespace {

class SelfCommunicator final : public Communicator {
 public:
  SelfCommunicator() : Communicator(0, 1) {}
  void barrier() override {}
  void broadcast(Buffer, int root) override { AT2_EXPECT(root == 0, "there is only rank 0"); }
  void all_reduce(Buffer, Reduction) override {}
  void all_gather(Buffer mine, Buffer all) override {
    AT2_EXPECT(mine.place == Place::host && all.place == Place::host, "host memory is needed");
    AT2_EXPECT(all.count == mine.count && all.type == mine.type, "one rank gathers its own values");
    if (mine.count > 0) std::memmove(all.address, mine.address, mine.count * scalar_bytes(mine.type));
  }
};

}  // namespace

std::unique_ptr<Communicator> make_self_communicator() { return std::make_unique<SelfCommunicator>(); }

}  // namespace at2
