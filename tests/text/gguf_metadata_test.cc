// What is read from a GGUF file's metadata: the vocabulary and the chat format.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "checkpoint/file_builders.h"
#include "checkpoint/gguf.h"
#include "support/test_files.h"
#include "text/chat_template.h"
#include "text/gguf_tokenizer.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using testing::gguf_text;
using testing::gguf_value;
using ::testing::HasSubstr;
using testing::raw;

std::string text_value(const std::string& key, const std::string& text) {
  return gguf_value(key, testing::gguf_type::text, gguf_text(text));
}

std::string id_value(const std::string& key, std::uint32_t id) {
  return gguf_value(key, testing::gguf_type::u32, raw(id));
}

std::string flag_value(const std::string& key, bool flag) {
  constexpr std::uint32_t boolean = 7;
  return gguf_value(key, boolean, std::string(1, flag ? '\1' : '\0'));
}

class GgufMetadataTest : public ::testing::Test {
 protected:
  /// A file with two tokens, `model`, a template, and `more`.
  GgufFile file(const std::string& model, const std::vector<std::string>& more) const {
    testing::GgufParts parts;
    parts.values = {
        text_value("general.architecture", "llama"),
        text_value("tokenizer.ggml.model", model),
        gguf_value("tokenizer.ggml.tokens", testing::gguf_type::array,
                   raw(testing::gguf_type::text) + raw<std::uint64_t>(2) + gguf_text("<s>") + gguf_text("</s>")),
        text_value("tokenizer.chat_template", "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"),
        id_value("tokenizer.ggml.bos_token_id", 0),
        id_value("tokenizer.ggml.eos_token_id", 1)};
    parts.values.insert(parts.values.end(), more.begin(), more.end());
    return GgufFile(folder_.write("model.gguf", parts.bytes()));
  }
  bool needs_bos(const std::string& model, const std::vector<std::string>& more) const {
    return load_chat_format(file(model, more)).needs_bos;
  }
  const TestFolder folder_;
};

TEST_F(GgufMetadataTest, TheTemplateHasTheTokensOfTheFile) {
  const ChatFormat format = load_chat_format(file("gpt2", {}));
  const std::vector<Message> messages = {{"user", "x"}};
  EXPECT_EQ(format.chat_template.render(messages, format.tokens, GenerationPrompt::yes), "<s>x</s>");
  EXPECT_FALSE(format.thinks);
}

TEST_F(GgufMetadataTest, TheFileSaysWhetherTheTokenizerPutsABeginning) {
  const std::string key = "tokenizer.ggml.add_bos_token";
  EXPECT_TRUE(needs_bos("gpt2", {flag_value(key, true)}));
  EXPECT_FALSE(needs_bos("llama", {flag_value(key, false)}));
}

TEST_F(GgufMetadataTest, AFileThatDoesNotSayFollowsItsTokenizer) {
  EXPECT_TRUE(needs_bos("llama", {}));
  EXPECT_FALSE(needs_bos("gpt2", {}));
  EXPECT_FALSE(needs_bos("gpt2", {text_value("tokenizer.ggml.pre", "qwen2")}));
  EXPECT_TRUE(needs_bos("gpt2", {text_value("tokenizer.ggml.pre", "llama-bpe")}));
}

TEST_F(GgufMetadataTest, AnIdThatIsNoTokenIsNamed) {
  testing::GgufParts parts;
  parts.values = {text_value("tokenizer.chat_template", "x"),
                  gguf_value("tokenizer.ggml.tokens", testing::gguf_type::array,
                             raw(testing::gguf_type::text) + raw<std::uint64_t>(1) + gguf_text("<s>")),
                  id_value("tokenizer.ggml.bos_token_id", 1)};
  const GgufFile broken(folder_.write("broken.gguf", parts.bytes()));
  EXPECT_THAT(message_of([&] { static_cast<void>(load_chat_format(broken)); }),
              HasSubstr("tokenizer.ggml.bos_token_id is 1, but there are 1 tokens"));
}

TEST_F(GgufMetadataTest, VocabularyHasWhatTheFileHasAndDefaultsElse) {
  const GgufVocabulary plain = gguf_vocabulary(file("llama", {}));
  EXPECT_THAT(plain.tokens, ElementsAre("<s>", "</s>"));
  EXPECT_THAT(plain.token_types, ElementsAre(1, 1));
  EXPECT_EQ(plain.architecture, "llama");
  EXPECT_TRUE(plain.add_space_prefix);
  EXPECT_EQ(plain.unknown_id, std::nullopt);
  const std::string scores = raw(testing::gguf_type::f32) + raw<std::uint64_t>(2) + raw(-1.5F) + raw(2.0F);
  const GgufVocabulary full = gguf_vocabulary(file(
      "llama", {gguf_value("tokenizer.ggml.scores", testing::gguf_type::array, scores),
                id_value("tokenizer.ggml.unknown_token_id", 1), flag_value("tokenizer.ggml.add_space_prefix", false)}));
  EXPECT_THAT(full.scores, ElementsAre(-1.5, 2.0));
  EXPECT_EQ(full.unknown_id, 1);
  EXPECT_FALSE(full.add_space_prefix);
}

}  // namespace
}  // namespace at2
