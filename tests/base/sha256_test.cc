#include "base/sha256.h"

#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>

namespace at2 {
namespace {

std::string hexadecimal(std::string_view bytes) {
  std::ostringstream text;
  for (const std::uint8_t byte : sha256(bytes)) text << std::hex << std::setw(2) << std::setfill('0') << int{byte};
  return text.str();
}

// The examples of the standard; sha256sum says the same.
TEST(Sha256Test, GivesTheStandardsExamples) {
  EXPECT_EQ(hexadecimal(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hexadecimal("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hexadecimal("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hexadecimal(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Base64Test, PadsToFours) {
  const auto text = [](std::string_view bytes) {
    return base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("f"), "Zg==");
  EXPECT_EQ(text("fo"), "Zm8=");
  EXPECT_EQ(text("foo"), "Zm9v");
  EXPECT_EQ(text("\xfb\xff\xfe"), "+//+");
}

}  // namespace
}  // namespace at2
