//! The C interface; at2_text.h describes it.
//!
//! Safety, for all functions here: pointers are valid for the given lengths or null where the header allows it, and what
//! was handed out is freed once.

use std::cell::RefCell;
use std::ffi::{c_char, CString};
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::slice;
use std::sync::Once;

use crate::failure::Failure;
use crate::python::Time;
use crate::template::ChatTemplate;
use crate::tokenizer::{TextTokenizer, Token};
use crate::unicode;

#[repr(C)]
pub struct At2Error {
    message: *mut c_char,
    line: usize,
}

#[repr(C)]
pub struct At2String {
    bytes: *mut u8,
    size: usize,
}

#[repr(C)]
pub struct At2Tokens {
    tokens: *mut Token,
    count: usize,
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}
static PANIC_HOOK: Once = Once::new();

/// Runs `body`; a failure or a panic in it fills `error` and gives `otherwise`. Every entry goes through here.
fn guarded<T>(error: *mut At2Error, otherwise: T, body: impl FnOnce() -> Result<T, Failure>) -> T {
    // The hook replaces Rust's, which prints to the terminal.
    PANIC_HOOK.call_once(|| {
        panic::set_hook(Box::new(|panicked| {
            let _ = LAST_PANIC.try_with(|last| last.replace(panicked.to_string()));
        }));
    });
    let failure = match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new(format!("internal error: {}", LAST_PANIC.with(|last| last.take()))),
    };
    if !error.is_null() {
        let message = CString::new(failure.message.replace('\0', "\\0")).unwrap_or_default();
        unsafe { *error = At2Error { message: message.into_raw(), line: failure.line } };
    }
    otherwise
}

unsafe fn bytes_at<'a>(begin: *const c_char, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    slice::from_raw_parts(begin.cast::<u8>(), size)
}

unsafe fn text_at<'a>(begin: *const c_char, size: usize) -> Result<&'a str, Failure> {
    std::str::from_utf8(bytes_at(begin, size)).map_err(Failure::new)
}

/// Hands a buffer out; `take_back` frees it.
fn hand_out<T>(values: Vec<T>) -> (*mut T, usize) {
    let values = values.into_boxed_slice();
    let count = values.len();
    (Box::into_raw(values).cast::<T>(), count)
}

unsafe fn take_back<T>(begin: *mut T, count: usize) {
    if !begin.is_null() {
        drop(Box::from_raw(ptr::slice_from_raw_parts_mut(begin, count)));
    }
}

unsafe fn hand_out_text(text: String, out: *mut At2String) {
    let (bytes, size) = hand_out(text.into_bytes());
    *out = At2String { bytes, size };
}

#[no_mangle]
pub unsafe extern "C" fn at2_error_free(error: At2Error) {
    guarded(ptr::null_mut(), (), || {
        if !error.message.is_null() {
            drop(CString::from_raw(error.message));
        }
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_string_free(string: At2String) {
    guarded(ptr::null_mut(), (), || Ok(take_back(string.bytes, string.size)))
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokens_free(tokens: At2Tokens) {
    guarded(ptr::null_mut(), (), || Ok(take_back(tokens.tokens, tokens.count)))
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_new(
    json: *const c_char,
    size: usize,
    error: *mut At2Error,
) -> *mut TextTokenizer {
    guarded(error, ptr::null_mut(), || Ok(Box::into_raw(Box::new(TextTokenizer::from_json(bytes_at(json, size))?))))
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_free(tokenizer: *mut TextTokenizer) {
    guarded(ptr::null_mut(), (), || {
        if !tokenizer.is_null() {
            drop(Box::from_raw(tokenizer));
        }
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_encode(
    tokenizer: *const TextTokenizer,
    text: *const c_char,
    size: usize,
    parse_special: bool,
    out: *mut At2Tokens,
    error: *mut At2Error,
) -> bool {
    guarded(error, false, || {
        let (tokens, count) = hand_out((*tokenizer).encode(text_at(text, size)?, parse_special)?);
        *out = At2Tokens { tokens, count };
        Ok(true)
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_encode_around(
    tokenizer: *const TextTokenizer,
    text: *const c_char,
    size: usize,
    plain_begin: usize,
    plain_end: usize,
    out: *mut At2Tokens,
    error: *mut At2Error,
) -> bool {
    guarded(error, false, || {
        let (tokens, count) = hand_out((*tokenizer).encode_around(text_at(text, size)?, plain_begin..plain_end)?);
        *out = At2Tokens { tokens, count };
        Ok(true)
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_decode(
    tokenizer: *const TextTokenizer,
    ids: *const i64,
    count: usize,
    skip_special: bool,
    out: *mut At2String,
    error: *mut At2Error,
) -> bool {
    guarded(error, false, || {
        let ids = if count == 0 { &[] } else { slice::from_raw_parts(ids, count) };
        hand_out_text((*tokenizer).decode(ids, skip_special)?, out);
        Ok(true)
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_token_to_id(
    tokenizer: *const TextTokenizer,
    token: *const c_char,
    size: usize,
) -> i64 {
    guarded(ptr::null_mut(), -1, || Ok((*tokenizer).token_to_id(text_at(token, size)?).map_or(-1, i64::from)))
}

#[no_mangle]
pub unsafe extern "C" fn at2_tokenizer_vocab_size(tokenizer: *const TextTokenizer) -> usize {
    guarded(ptr::null_mut(), 0, || Ok((*tokenizer).vocab_size()))
}

#[no_mangle]
pub unsafe extern "C" fn at2_template_new(
    source: *const c_char,
    size: usize,
    error: *mut At2Error,
) -> *mut ChatTemplate {
    guarded(error, ptr::null_mut(), || Ok(Box::into_raw(Box::new(ChatTemplate::new(text_at(source, size)?)?))))
}

#[no_mangle]
pub unsafe extern "C" fn at2_template_free(chat_template: *mut ChatTemplate) {
    guarded(ptr::null_mut(), (), || {
        if !chat_template.is_null() {
            drop(Box::from_raw(chat_template));
        }
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_template_render(
    chat_template: *const ChatTemplate,
    variables: *const c_char,
    size: usize,
    time: *const Time,
    out: *mut At2String,
    error: *mut At2Error,
) -> bool {
    guarded(error, false, || {
        let time = time.as_ref().copied();
        hand_out_text((*chat_template).render(text_at(variables, size)?, time)?, out);
        Ok(true)
    })
}

#[no_mangle]
pub unsafe extern "C" fn at2_lowercase(
    text: *const c_char,
    size: usize,
    out: *mut At2String,
    error: *mut At2Error,
) -> bool {
    guarded(error, false, || {
        hand_out_text(text_at(text, size)?.to_lowercase(), out);
        Ok(true)
    })
}

#[no_mangle]
pub extern "C" fn at2_character_class(code_point: u32) -> u32 {
    guarded(ptr::null_mut(), 0, || Ok(char::from_u32(code_point).map_or(0, unicode::class_of)))
}

#[no_mangle]
pub extern "C" fn at2_provoke_panic(error: *mut At2Error) -> bool {
    guarded(error, false, || panic!("provoked"))
}
