//! Base64 and SHA-256, for Secrets and for checksums in annotations.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use minijinja::{Error, Value};
use sha2::{Digest, Sha256};

use crate::filters::{refuse, text};

pub fn b64encode(value: &Value) -> String {
    STANDARD.encode(text(value))
}

pub fn b64decode(text: &str) -> Result<String, Error> {
    let bytes = STANDARD
        .decode(text.trim())
        .map_err(|_| refuse("not base64"))?;
    String::from_utf8(bytes).map_err(|_| refuse("what base64 gave is not UTF-8"))
}

pub fn sha256(value: &Value) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(text(value));
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}
