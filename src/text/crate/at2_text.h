/* \file text/crate/at2_text.h
 * \brief C interface of the Rust static library: Hugging Face tokenizers, chat templates, Unicode properties.
 *
 * Texts are UTF-8 with a length, not null-terminated. A function that can fail takes an At2Error that starts out
 * zeroed; on failure it returns NULL or false and fills it. No Rust panic crosses this interface: it comes back as an
 * error. What a function hands out, its at2_*_free takes back; freeing NULL or an empty struct does nothing.
 */
#ifndef AT2_TEXT_H
#define AT2_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct At2Tokenizer At2Tokenizer;
typedef struct At2Template At2Template;

/* `message` is null-terminated; `line` counts from 1, 0 where no line applies. */
typedef struct At2Error {
  char* message;
  size_t line;
} At2Error;

typedef struct At2String {
  char* bytes;
  size_t size;
} At2String;

/* A token and the bytes [begin, end) of the text that it stands for. */
typedef struct At2Token {
  int64_t id;
  int64_t begin;
  int64_t end;
} At2Token;

typedef struct At2Tokens {
  At2Token* tokens;
  size_t count;
} At2Tokens;

/* Wall-clock time. weekday: 0 is Monday; day_of_year: 1 is 1 January. */
typedef struct At2Time {
  int32_t year, month, day, hour, minute, second, weekday, day_of_year;
} At2Time;

enum { AT2_UPPER = 1, AT2_LOWER = 2, AT2_ALPHABETIC = 4, AT2_DECIMAL = 8, AT2_SPACE = 16 };

void at2_error_free(At2Error error);
void at2_string_free(At2String string);
void at2_tokens_free(At2Tokens tokens);

/* `json` is the text of a tokenizer.json. Its padding and truncation are switched off. */
At2Tokenizer* at2_tokenizer_new(const char* json, size_t size, At2Error* error);
void at2_tokenizer_free(At2Tokenizer* tokenizer);
/* Adds no special tokens. Those written out in the text become one token each if `parse_special`, else plain text. */
bool at2_tokenizer_encode(const At2Tokenizer* tokenizer, const char* text, size_t size, bool parse_special,
                          At2Tokens* tokens, At2Error* error);
/* As with `parse_special`, but a special token that has a byte in [plain_begin, plain_end) is plain text. */
bool at2_tokenizer_encode_around(const At2Tokenizer* tokenizer, const char* text, size_t size, size_t plain_begin,
                                 size_t plain_end, At2Tokens* tokens, At2Error* error);
bool at2_tokenizer_decode(const At2Tokenizer* tokenizer, const int64_t* ids, size_t count, bool skip_special,
                          At2String* text, At2Error* error);
/* -1 where there is no such token. */
int64_t at2_tokenizer_token_to_id(const At2Tokenizer* tokenizer, const char* token, size_t size);
/* Added tokens are counted. */
size_t at2_tokenizer_vocab_size(const At2Tokenizer* tokenizer);

/* Parses a Jinja template as transformers does. */
At2Template* at2_template_new(const char* source, size_t size, At2Error* error);
void at2_template_free(At2Template* chat_template);
/* `variables` is a JSON object. With `time` NULL the template finds no strftime_now. */
bool at2_template_render(const At2Template* chat_template, const char* variables, size_t size, const At2Time* time,
                         At2String* text, At2Error* error);

/* Lower case by the full Unicode rules. */
bool at2_lowercase(const char* text, size_t size, At2String* lowercase, At2Error* error);
/* A sum of AT2_UPPER ... AT2_SPACE; 0 for what is no code point. */
uint32_t at2_character_class(uint32_t code_point);

/* Panics inside, for the tests. */
bool at2_provoke_panic(At2Error* error);

#ifdef __cplusplus
}
#endif

#endif
