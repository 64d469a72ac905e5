#include "base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace at2 {
namespace {

// Expected values: the PyPI package xxhash. Fingerprints are stored in artifacts, so they may never change.
TEST(HashTest, Hash64IsXxh3) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(hash64("attribution"), 0x69cce59ee0748540ULL);
  EXPECT_EQ(hash64("attribution", 7), 0x432f2f6504c8700fULL);
}

TEST(HashTest, FingerprintIs32DigitsOfXxh3) {
  EXPECT_EQ(fingerprint(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(fingerprint("attribution"), "c41578aa8e18089d74f46abda16cd7a0");
  std::string digits;
  for (int i = 0; i < 1000; ++i) digits += "0123456789";
  EXPECT_EQ(fingerprint(digits), "26b9e8677f17f17f2da683cfe7106d98");
}

TEST(HashTest, BytesInPiecesGiveTheFingerprintOfTheWhole) {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(i * i);
  Fingerprinter pieces;
  EXPECT_EQ(pieces.digest(), fingerprint(""));
  for (std::size_t begin = 0, length = 1; begin < bytes.size(); begin += length, length = length * 3 + 1) {
    pieces.add(std::span(bytes).subspan(begin, std::min(length, bytes.size() - begin)));
  }
  EXPECT_EQ(pieces.digest(), fingerprint(bytes));
}

}  // namespace
}  // namespace at2
