//! Calls of dependencies, through the host functions of `mistpm_v1`.

use alloc::vec;
use alloc::vec::Vec;

use crate::json::{self, Text};

#[link(wasm_import_module = "mistpm_v1")]
extern "C" {
    fn request(address: *const u8, length: usize) -> i32;
    fn response(address: *mut u8, capacity: usize) -> i32;
}

/// Renders the dependency `alias` and gives its result document, or the
/// message of its failure (the raw inside of a JSON string). All arguments
/// are JSON texts.
pub fn call(alias: Text, name: Text, inputs: Text) -> Result<Text<'static>, Text<'static>> {
    let parts: [Text; 7] = [
        br#"{"op":"call","alias":"#,
        alias,
        br#","name":"#,
        name,
        br#","inputs":"#,
        inputs,
        b"}",
    ];
    let document = parts.concat();
    // SAFETY: the host reads the document and keeps nothing of it.
    let status = unsafe { request(document.as_ptr(), document.len()) };
    let answer = last_response();
    let data = json::get(answer, b"data").unwrap_or(b"{}");
    if status >= 0 && json::get(data, b"result") == Some(br#""Ok""#) {
        return Ok(answer);
    }
    // a refusal of the host has its message at the top, a result inside
    let message = json::get(answer, b"message").or(json::get(data, b"message"));
    Err(message
        .and_then(json::inside)
        .unwrap_or(b"the call failed without a message"))
}

fn last_response() -> Text<'static> {
    // SAFETY: with capacity 0 nothing is written; then exactly the length is.
    let length = unsafe { response(core::ptr::null_mut(), 0) };
    let mut answer: Vec<u8> = vec![0; usize::try_from(length).unwrap_or(0)];
    unsafe { response(answer.as_mut_ptr(), answer.len()) };
    answer.leak()
}
