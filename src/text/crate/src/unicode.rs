//! Unicode properties of single characters, as Python's `str` methods see them.

pub const UPPER: u32 = 1;
pub const LOWER: u32 = 2;
pub const ALPHABETIC: u32 = 4;
pub const DECIMAL: u32 = 8;
pub const SPACE: u32 = 16;

/// Python's `str.isspace` also takes the four information separators.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// First digits of the ranges of ten decimal digits (general category Nd) in the basic plane.
const ZEROS: [u32; 37] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

fn is_decimal(c: char) -> bool {
    let code = u32::from(c);
    let after = ZEROS.partition_point(|&zero| zero <= code);
    after > 0 && code - ZEROS[after - 1] < 10
}

/// A sum of the constants above.
pub fn class_of(c: char) -> u32 {
    let flag = |holds: bool, value: u32| if holds { value } else { 0 };
    flag(c.is_uppercase(), UPPER)
        | flag(c.is_lowercase(), LOWER)
        | flag(c.is_alphabetic(), ALPHABETIC)
        | flag(is_decimal(c), DECIMAL)
        | flag(is_space(c), SPACE)
}
