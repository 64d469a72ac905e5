//! A tokenizer.json, loaded.

use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use tokenizers::pre_tokenizers::metaspace::PrependScheme;
use tokenizers::{OffsetReferential, OffsetType, PreTokenizerWrapper, Tokenizer};

use crate::failure::Failure;
use crate::unicode::is_space;

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

/// The tokenizer in other settings, which are set back when this goes, also when encoding panics.
struct Changed<'a> {
    tokenizer: RwLockWriteGuard<'a, Tokenizer>,
    pre_tokenizer: Option<PreTokenizerWrapper>,
}

impl<'a> Changed<'a> {
    fn new(tokenizer: RwLockWriteGuard<'a, Tokenizer>) -> Self {
        let pre_tokenizer = tokenizer.get_pre_tokenizer().cloned();
        Changed { tokenizer, pre_tokenizer }
    }

    /// Encodes the bytes `part` of `text`, as what they are in the whole text.
    fn encode_part(&mut self, text: &str, part: Range<usize>, parse_special: bool) -> Result<Vec<Token>, Failure> {
        self.tokenizer.set_encode_special_tokens(!parse_special);
        if part.start > 0 {
            self.tokenizer.with_pre_tokenizer(self.pre_tokenizer.clone().map(without_first_prefix));
        }
        let mut tokens = encode(&self.tokenizer, &text[part.clone()])?;
        for token in &mut tokens {
            token.begin += part.start as i64;
            token.end += part.start as i64;
        }
        Ok(tokens)
    }
}

impl Drop for Changed<'_> {
    fn drop(&mut self) {
        self.tokenizer.set_encode_special_tokens(false);
        self.tokenizer.with_pre_tokenizer(self.pre_tokenizer.take());
    }
}

/// The same pre-tokenizer for a part that does not begin the text: only the very first word gets a space put before it.
fn without_first_prefix(pre_tokenizer: PreTokenizerWrapper) -> PreTokenizerWrapper {
    match pre_tokenizer {
        PreTokenizerWrapper::Metaspace(mut metaspace) => {
            if metaspace.prepend_scheme == PrependScheme::First {
                metaspace.prepend_scheme = PrependScheme::Never;
            }
            metaspace.into()
        }
        PreTokenizerWrapper::Sequence(mut steps) => {
            for step in steps.as_mut() {
                *step = without_first_prefix(step.clone());
            }
            steps.into()
        }
        other => other,
    }
}

/// A special token written out in a text: its bytes, and those without the white space that some tokens swallow.
struct Written {
    whole: Range<usize>,
    core: Range<usize>,
}

fn written_special_tokens(tokenizer: &Tokenizer, text: &str) -> Vec<Written> {
    let vocabulary = tokenizer.get_added_vocabulary();
    let split = vocabulary.extract_and_normalize(tokenizer.get_normalizer(), text);
    let special = |id: u32| vocabulary.get_added_tokens_decoder().get(&id).is_some_and(|token| token.special);
    let mut found = Vec::new();
    for (_, (begin, end), tokens) in split.get_splits(OffsetReferential::Original, OffsetType::Byte) {
        if tokens.as_ref().is_some_and(|tokens| tokens.iter().any(|token| special(token.id))) {
            let spelled = &text[begin..end];
            let core_begin = end - spelled.trim_start_matches(is_space).len();
            let core_end = begin + spelled.trim_end_matches(is_space).len();
            found.push(Written { whole: begin..end, core: core_begin..core_end });
        }
    }
    found
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
        Changed::new(self.exclusive()).encode_part(text, 0..text.len(), false)
    }

    /// As `encode` with `parse_special`, but a special token that has a byte in `plain` is plain text. Then the stretch
    /// between the special tokens around `plain` is encoded by itself, which is where the library cuts anyway.
    pub fn encode_around(&self, text: &str, plain: Range<usize>) -> Result<Vec<Token>, Failure> {
        if plain.start > plain.end || !text.is_char_boundary(plain.start) || !text.is_char_boundary(plain.end) {
            return Err(Failure::new(format!("{}..{} is no part of the text", plain.start, plain.end)));
        }
        let written = written_special_tokens(&self.shared(), text);
        let before = |token: &&Written| token.core.end <= plain.start;
        let after = |token: &&Written| token.core.start >= plain.end;
        if written.iter().all(|token| before(&token) || after(&token)) {
            return self.encode(text, true);
        }
        let begin = written.iter().filter(before).map(|token| token.whole.end).last().unwrap_or(0);
        let end = written.iter().find(after).map_or(text.len(), |token| token.whole.start);
        let mut changed = Changed::new(self.exclusive());
        let mut tokens = changed.encode_part(text, 0..begin, true)?;
        tokens.extend(changed.encode_part(text, begin..end, false)?);
        tokens.extend(changed.encode_part(text, end..text.len(), true)?);
        Ok(tokens)
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

    fn exclusive(&self) -> RwLockWriteGuard<'_, Tokenizer> {
        self.tokenizer.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn shared(&self) -> std::sync::RwLockReadGuard<'_, Tokenizer> {
        // A panic leaves the tokenizer itself unchanged, so a poisoned lock is as good as a sound one.
        self.tokenizer.read().unwrap_or_else(PoisonError::into_inner)
    }
}
