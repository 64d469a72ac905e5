#include "comm/agree.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace at2 {
namespace {

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const UserError& fault) {
    return fault.what();
  } catch (const RecordError& fault) {
    return fault.what();
  } catch (const std::exception& fault) {
    return std::string("internal error: ") + fault.what();
  } catch (...) {
    return "internal error: of unknown kind";
  }
}

Buffer bytes_of(std::string& text) { return {text.data(), text.size(), Scalar::u8, Place::host}; }

}  // namespace

void agree(Communicator& communicator, const std::exception_ptr& error) {
  // The others may still work for long; a barrier waits asleep, a reduction does not.
  communicator.barrier();
  const std::int64_t nobody = communicator.size();
  std::int64_t first = error ? communicator.rank() : nobody;
  communicator.all_reduce(buffer_of(std::span(&first, 1)), Reduction::min);
  if (first == nobody) return;
  const int root = static_cast<int>(first);
  const std::string mine = communicator.rank() == root ? text_of(error) : "";
  throw AgreedError(broadcast_text(communicator, mine, root), root);
}

std::string broadcast_text(Communicator& communicator, const std::string& text, int root) {
  std::int64_t length = static_cast<std::int64_t>(text.size());
  communicator.broadcast(buffer_of(std::span(&length, 1)), root);
  std::string shared = communicator.rank() == root ? text : std::string(static_cast<std::size_t>(length), '\0');
  communicator.broadcast(bytes_of(shared), root);
  return shared;
}

std::vector<std::string> gather_texts(Communicator& communicator, const std::string& text) {
  const std::size_t ranks = static_cast<std::size_t>(communicator.size());
  std::int64_t length = static_cast<std::int64_t>(text.size());
  std::vector<std::int64_t> lengths(ranks);
  communicator.all_gather(buffer_of(std::span(&length, 1)), buffer_of(std::span(lengths)));
  // Equal parts are gathered: each text is padded to the longest.
  const auto longest = static_cast<std::size_t>(*std::max_element(lengths.begin(), lengths.end()));
  std::string mine = text;
  mine.resize(longest);
  std::string all(longest * ranks, '\0');
  communicator.all_gather(bytes_of(mine), bytes_of(all));
  std::vector<std::string> texts;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    texts.push_back(all.substr(rank * longest, static_cast<std::size_t>(lengths[rank])));
  }
  return texts;
}

}  // namespace at2
