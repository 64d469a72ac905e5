#include "base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/errors.h"

namespace at2 {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Lt;

std::vector<std::uint64_t> first_numbers(RandomStream stream) {
  std::vector<std::uint64_t> numbers(3);
  std::generate(numbers.begin(), numbers.end(), [&] { return stream.next(); });
  return numbers;
}

// The numbers were computed from the definition (XXH3 of the keys, then SplitMix64) with another program, so that a
// stored run can be repeated by any later version.
TEST(RandomStreamTest, NumbersAreThoseOfTheDefinition) {
  EXPECT_THAT(first_numbers(RandomStream(0, "")),
              ElementsAre(0x59b0ed710b28abeeULL, 0x97fcceb23526f9ecULL, 0xd58c06b1348428fdULL));
  EXPECT_THAT(first_numbers(RandomStream(1, "ablation", {2, 3})),
              ElementsAre(0x5f7c0abaf88b7b0eULL, 0x531c3a2ea93a0099ULL, 0x247a94a82ea66bffULL));
}

TEST(RandomStreamTest, EveryKeyChangesTheStream) {
  const std::vector<RandomStream> streams = {
      RandomStream(1, "ablation", {2, 3}), RandomStream(2, "ablation", {2, 3}),   RandomStream(1, "bootstrap", {2, 3}),
      RandomStream(1, "ablation", {3, 2}), RandomStream(1, "ablation", {2, 4}),   RandomStream(1, "ablation", {2}),
      RandomStream(1, "ablation"),         RandomStream(1, "ablation", {2, 3, 0})};
  std::set<std::uint64_t> numbers;
  for (const RandomStream& stream : streams) {
    for (const std::uint64_t number : first_numbers(stream)) numbers.insert(number);
  }
  EXPECT_EQ(numbers.size(), streams.size() * 3);
}

TEST(RandomStreamTest, UseOfOneStreamDoesNotTouchAnother) {
  RandomStream used(5, "a");
  RandomStream alone(5, "b");
  const auto expected = first_numbers(RandomStream(5, "b"));
  for (const std::uint64_t number : expected) {
    (void)used.next();
    EXPECT_EQ(alone.next(), number);
  }
}

TEST(RandomStreamTest, UniformNumbersFillTheUnitInterval) {
  RandomStream stream(1, "uniform");
  constexpr int count = 100000;
  std::vector<double> numbers(count);
  std::generate(numbers.begin(), numbers.end(), [&] { return stream.uniform(); });
  EXPECT_THAT(numbers, Each(::testing::AllOf(Ge(0.0), Lt(1.0))));
  const double mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / count;
  // Five standard errors of the mean of a uniform number.
  EXPECT_NEAR(mean, 0.5, 5 / std::sqrt(12.0 * count));
}

TEST(RandomStreamTest, BelowIsEquallyLikelyForEveryResidue) {
  RandomStream stream(1, "below");
  constexpr int count = 100000;
  std::array<int, 10> seen{};
  for (int i = 0; i < count; ++i) ++seen.at(stream.below(10));
  for (const int times : seen) EXPECT_NEAR(times, count / 10, 5 * std::sqrt(count * 0.1 * 0.9));
}

TEST(RandomStreamTest, BelowIsUnbiasedWhereTheBoundDoesNotDivideTheRange) {
  // Plain `next() % bound` would give the first third half of all numbers.
  constexpr std::uint64_t third = 1ULL << 62;
  RandomStream stream(1, "below");
  constexpr int count = 30000;
  std::array<int, 3> seen{};
  for (int i = 0; i < count; ++i) ++seen.at(stream.below(3 * third) / third);
  for (const int times : seen) EXPECT_NEAR(times, count / 3, 5 * std::sqrt(count * 2.0 / 9.0));
}

TEST(RandomStreamTest, BelowOneIsZero) { EXPECT_EQ(RandomStream(1, "one").below(1), 0U); }

TEST(RandomStreamTest, EmptyRangeBreaksTheContract) {
  RandomStream stream(1, "none");
  EXPECT_THROW((void)stream.below(0), ContractViolation);
}

TEST(RandomStreamTest, PermutationHoldsEveryNumberOnce) {
  auto order = RandomStream(1, "order").permutation(1000);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(order, all);
  EXPECT_TRUE(RandomStream(1, "order").permutation(0).empty());
}

TEST(RandomStreamTest, AllPermutationsAreEquallyLikely) {
  RandomStream stream(1, "order");
  constexpr int count = 60000;
  std::map<std::vector<std::int64_t>, int> seen;
  for (int i = 0; i < count; ++i) ++seen[stream.permutation(3)];
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [order, times] : seen) EXPECT_NEAR(times, count / 6, 5 * std::sqrt(count * 5.0 / 36.0));
}

}  // namespace
}  // namespace at2
