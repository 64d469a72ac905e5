#include "comm/agree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <type_traits>

#include "comm/environment.h"

namespace at2 {
namespace {

class AgreeTest : public ::testing::Test {
 protected:
  Environment environment_{nullptr, nullptr};
  Communicator& communicator_ = environment_.communicator();
  int rank_ = communicator_.rank();
  int size_ = communicator_.size();
};

TEST_F(AgreeTest, WithoutErrorsAllGoOnWithTheirOwnResults) {
  agree(communicator_, nullptr);
  EXPECT_EQ(agreed(communicator_, [&] { return 10 + rank_; }), 10 + rank_);
}

TEST_F(AgreeTest, ADecisionComesBackAsItWasMadeOnEveryRank) {
  const auto is_even = [&] { return rank_ % 2 == 0; };
  const auto decided = agreed(communicator_, is_even);
  // A reference into a container that is gone by now (std::vector<bool> hands one out) would be another type.
  static_assert(std::is_same_v<decltype(decided), const bool>);
  EXPECT_EQ(decided, rank_ % 2 == 0) << "rank " << rank_;
  std::int64_t even = decided ? 1 : 0;
  communicator_.all_reduce(buffer_of(std::span(&even, 1)), Reduction::sum);
  EXPECT_EQ(even, (size_ + 1) / 2);
}

TEST_F(AgreeTest, AnErrorOnTheLastRankIsThrownOnAllWithItsText) {
  try {
    agreed(communicator_, [&] {
      if (rank_ == size_ - 1) throw UserError("cannot write x", "disk full", "make room");
    });
    FAIL() << "nothing was thrown on rank " << rank_;
  } catch (const AgreedError& error) {
    EXPECT_STREQ(error.what(), "cannot write x (disk full): make room");
    EXPECT_EQ(error.rank(), size_ - 1);
  }
}

TEST_F(AgreeTest, OfSeveralErrorsThatOfTheLowestRankIsThrown) {
  const int first = size_ / 2;
  try {
    agreed(communicator_, [&]() -> int {
      if (rank_ >= first) throw UserError("error of rank " + std::to_string(rank_), "", "");
      return 0;
    });
    FAIL() << "nothing was thrown on rank " << rank_;
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.what(), "error of rank " + std::to_string(first));
  }
}

TEST_F(AgreeTest, ErrorsOfOursAreCalledInternal) {
  try {
    agreed(communicator_, [&] { throw std::out_of_range("index"); });
    FAIL() << "nothing was thrown";
  } catch (const AgreedError& error) {
    EXPECT_STREQ(error.what(), "internal error: index");
  }
}

TEST_F(AgreeTest, CommunicationGoesOnAfterAnError) {
  EXPECT_THROW(agreed(communicator_, [&] { throw UserError("a", "", ""); }), AgreedError);
  EXPECT_EQ(broadcast_text(communicator_, rank_ == 0 ? "still here" : ""), "still here");
}

TEST_F(AgreeTest, TextsOfUnequalLengthsAreGatheredInRankOrder) {
  const auto text_of_rank = [](int rank) {
    return std::string(static_cast<std::size_t>(rank), 'x') + std::string("\0é", 3);
  };
  const std::vector<std::string> texts = gather_texts(communicator_, text_of_rank(rank_));
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(size_));
  for (int rank = 0; rank < size_; ++rank) EXPECT_EQ(texts[static_cast<std::size_t>(rank)], text_of_rank(rank));
}

TEST_F(AgreeTest, EmptyTextsTravelToo) {
  EXPECT_EQ(broadcast_text(communicator_, "", size_ - 1), "");
  EXPECT_THAT(gather_texts(communicator_, ""), ::testing::Each(""));
}

}  // namespace
}  // namespace at2
