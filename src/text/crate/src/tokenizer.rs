//! A tokenizer.json, loaded.

use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use tokenizers::Tokenizer;

use crate::failure::Failure;

/// A token and the bytes [begin, end) of the text that it stands for.
#[repr(C)]
pub struct Token {
    pub id: i64,
    pub begin: i64,
    pub end: i64,
}

/// The library keeps the treatment of special tokens as state of the tokenizer, so encoding them as text needs the lock
/// alone; encoding in the usual way shares it.
pub struct TextTokenizer {
    tokenizer: RwLock<Tokenizer>,
}

/// Special tokens are plain text for as long as this lives, also when encoding panics.
struct SpecialAsText<'a>(RwLockWriteGuard<'a, Tokenizer>);

impl<'a> SpecialAsText<'a> {
    fn new(mut tokenizer: RwLockWriteGuard<'a, Tokenizer>) -> Self {
        tokenizer.set_encode_special_tokens(true);
        SpecialAsText(tokenizer)
    }
}

impl Drop for SpecialAsText<'_> {
    fn drop(&mut self) {
        self.0.set_encode_special_tokens(false);
    }
}

fn encode(tokenizer: &Tokenizer, text: &str) -> Result<Vec<Token>, Failure> {
    let encoding = tokenizer.encode(text, false).map_err(Failure::new)?;
    let token = |(&id, &(begin, end)): (&u32, &(usize, usize))| Token {
        id: i64::from(id),
        begin: begin as i64,
        end: end as i64,
    };
    Ok(encoding.get_ids().iter().zip(encoding.get_offsets()).map(token).collect())
}

impl TextTokenizer {
    pub fn from_json(json: &[u8]) -> Result<Self, Failure> {
        let mut tokenizer = Tokenizer::from_bytes(json).map_err(Failure::new)?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(Failure::new)?;
        tokenizer.set_encode_special_tokens(false);
        Ok(TextTokenizer { tokenizer: RwLock::new(tokenizer) })
    }

    pub fn encode(&self, text: &str, parse_special: bool) -> Result<Vec<Token>, Failure> {
        if parse_special {
            return encode(&self.shared(), text);
        }
        let exclusive = self.tokenizer.write().unwrap_or_else(PoisonError::into_inner);
        encode(&SpecialAsText::new(exclusive).0, text)
    }

    pub fn decode(&self, ids: &[i64], skip_special: bool) -> Result<String, Failure> {
        let narrow = |&id: &i64| u32::try_from(id).map_err(|_| Failure::new(format!("{id} is not a token id")));
        let ids = ids.iter().map(narrow).collect::<Result<Vec<u32>, Failure>>()?;
        self.shared().decode(&ids, skip_special).map_err(Failure::new)
    }

    pub fn token_to_id(&self, token: &str) -> Option<u32> {
        self.shared().token_to_id(token)
    }

    pub fn vocab_size(&self) -> usize {
        self.shared().get_vocab_size(true)
    }

    fn shared(&self) -> std::sync::RwLockReadGuard<'_, Tokenizer> {
        // A panic leaves the tokenizer itself unchanged, so a poisoned lock is as good as a sound one.
        self.tokenizer.read().unwrap_or_else(PoisonError::into_inner)
    }
}
