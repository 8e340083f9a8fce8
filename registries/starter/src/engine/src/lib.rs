//! `engines/jinja`: Jinja templates in, files out.
//!
//! The module has Mistletoe's v1alpha1 interface and imports nothing. Its
//! input is a `MistInput` document in JSON whose data is
//! `{"templates": {NAME: SOURCE}, "data": ANY, "options": {...}}`, its result
//! a `MistResult` in JSON. `specs/templates.md` is the page for authors.

mod encoding;
mod environment;
mod failure;
mod filters;
mod functions;
mod json;
mod render;
mod result;
mod yaml;

const INFO: &str = concat!(
    r#"{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistPackage","metadata":{"name":"jinja","#,
    r#""labels":{"mistletoe.dev/group":"engines"}}}"#
);

/// Leaks `text` and gives the address of its (address, length) pair. A module
/// instance serves one render, so nothing is ever freed for reuse.
fn hand_out(text: String) -> *const [usize; 2] {
    // a boxed slice: what the host may free is exactly what was allocated
    let bytes: &'static [u8] = Box::leak(text.into_bytes().into_boxed_slice());
    Box::leak(Box::new([bytes.as_ptr() as usize, bytes.len()]))
}

#[no_mangle]
pub extern "C" fn __mistletoe_info() -> *const [usize; 2] {
    hand_out(INFO.to_owned())
}

#[no_mangle]
pub extern "C" fn __mistletoe_alloc(length: usize) -> *mut u8 {
    Box::leak(vec![0u8; length].into_boxed_slice()).as_mut_ptr()
}

/// # Safety
/// `address` and `length` are those of a buffer that this module handed out.
#[no_mangle]
pub unsafe extern "C" fn __mistletoe_dealloc(address: *mut u8, length: usize) {
    drop(Box::from_raw(core::ptr::slice_from_raw_parts_mut(
        address, length,
    )));
}

/// # Safety
/// `address` and `length` are those of a buffer from `__mistletoe_alloc`.
#[no_mangle]
pub unsafe extern "C" fn __mistletoe_generate(
    address: *const u8,
    length: usize,
) -> *const [usize; 2] {
    let input = core::slice::from_raw_parts(address, length);
    hand_out(match core::str::from_utf8(input) {
        Ok(input) => render::answer(input),
        Err(_) => result::failed("the input is not UTF-8"),
    })
}
