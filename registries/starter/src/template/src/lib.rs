//! The module that every template package is made of.
//!
//! A package's templates are its assets, the `engine` that renders them is
//! one of its dependencies. This module only carries JSON from one to the
//! other, without decoding it: see `render`. It needs neither std nor
//! formatting, which keeps it at a few kilobytes.
#![no_std]

extern crate alloc;

mod call;
mod heap;
mod host;
mod json;
mod render;
mod result;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

const INFO: &[u8] =
    br#"{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistPackage","metadata":{"name":"template"}}"#;

/// Leaks `bytes` and gives the address of their (address, length) pair.
fn hand_out(bytes: &[u8]) -> *const [usize; 2] {
    Box::leak(Box::new([bytes.as_ptr() as usize, bytes.len()]))
}

#[no_mangle]
pub extern "C" fn __mistletoe_info() -> *const [usize; 2] {
    hand_out(INFO)
}

#[no_mangle]
pub extern "C" fn __mistletoe_alloc(length: usize) -> *mut u8 {
    vec![0u8; length].leak().as_mut_ptr()
}

/// An instance serves one render: nothing is freed.
#[no_mangle]
pub extern "C" fn __mistletoe_dealloc(_address: *mut u8, _length: usize) {}

/// # Safety
/// `address` and `length` are those of a buffer from `__mistletoe_alloc`.
#[no_mangle]
pub unsafe extern "C" fn __mistletoe_generate(
    address: *const u8,
    length: usize,
) -> *const [usize; 2] {
    let envelope = core::slice::from_raw_parts(address, length);
    hand_out(Vec::leak(render::answer(envelope)))
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
