//! The one error type of the crate.

/// Why a call failed; `line` counts from 1 and is 0 where no line applies.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub line: usize,
}

impl Failure {
    pub fn new(message: impl ToString) -> Self {
        Failure { message: message.to_string(), line: 0 }
    }
}
