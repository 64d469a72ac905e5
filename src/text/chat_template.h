/// \file text/chat_template.h
/// \brief The model's chat template: from messages to the text of a prompt.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct At2Template;

namespace at2 {

class GgufFile;

/// One turn of a conversation.
struct Message {
  /// "system", "user" or "assistant".
  std::string role;
  std::string content;
};

/// Whether the prompt ends with the header of the assistant's turn, so that the model answers.
enum class GenerationPrompt { no, yes };

/// What templates of models that can think or not find as `enable_thinking`.
enum class ThinkingSwitch {
  /// Nothing: the template decides.
  unset,
  on,
};

/// The spelling of the special tokens that a template may write.
struct SequenceTokens {
  std::optional<std::string> bos;
  std::optional<std::string> eos;
};

/// A Jinja chat template, parsed. It renders as with transformers' apply_chat_template(tokenize=False), without tools.
class ChatTemplate {
 public:
  /// \param name  says in errors where the template came from
  /// \throws UserError with the template's line if it does not parse.
  explicit ChatTemplate(std::string_view source, std::string_view name = "chat template");
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;

  /// The prompt. Templates write the beginning-of-sequence token themselves: encode the result without adding another.
  /// Many trim the messages; data/prompt.h finds a message's place for certain.
  /// \param tokens  a missing one is an undefined variable to the template
  /// \param time    the local time for templates that tell the model today's date. Without it `strftime_now` is
  /// undefined,
  ///                and templates that test for it write a fixed date, which is what equal runs need.
  /// \throws UserError with the template's line if the template refuses the conversation, fails, or runs too long; also
  /// if
  ///         a message is not UTF-8.
  [[nodiscard]] std::string render(std::span<const Message> messages, const SequenceTokens& tokens,
                                   GenerationPrompt generation_prompt,
                                   std::optional<std::chrono::local_seconds> time = std::nullopt,
                                   ThinkingSwitch thinking = ThinkingSwitch::unset) const;

 private:
  struct Free {
    void operator()(At2Template* chat_template) const noexcept;
  };
  std::string name_;
  std::unique_ptr<At2Template, Free> template_;
};

/// A chat template with its tokens, and what a prompt must begin and end with (text/prompt_ends.h).
struct ChatFormat {
  ChatTemplate chat_template;
  SequenceTokens tokens;
  /// The model thinks before it answers: its template knows "<think>" or "</think>".
  bool thinks = false;
  /// The tokenizer is to put the beginning-of-sequence token before every text, whether the template writes it or not.
  bool needs_bos = false;
};

/// The chat template of a Hugging Face folder: chat_template.jinja, else `chat_template` of tokenizer_config.json (a
/// text, or a list of named templates of which "default" is taken), with the tokens of tokenizer_config.json and its
/// `add_bos_token`.
/// \throws UserError naming the file if a file is broken or there is no template.
[[nodiscard]] ChatFormat load_chat_format(const std::filesystem::path& folder);

/// The chat template of a GGUF file and its tokens, by `tokenizer.chat_template`, `tokenizer.ggml.bos_token_id`,
/// `tokenizer.ggml.eos_token_id` and `tokenizer.ggml.add_bos_token`. Where the last is missing, SentencePiece and
/// Llama-3 vocabularies need the beginning-of-sequence token and others do not, as the files' writers assume.
/// \throws UserError naming the file if it has no template, the template does not parse, or an id is no token.
[[nodiscard]] ChatFormat load_chat_format(const GgufFile& file);

}  // namespace at2
