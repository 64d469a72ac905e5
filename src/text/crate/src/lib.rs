//! Hugging Face tokenizers, chat templates and Unicode properties behind the C interface `at2_text.h`.

mod failure;
mod ffi;
mod python;
mod template;
mod tokenizer;
mod unicode;
