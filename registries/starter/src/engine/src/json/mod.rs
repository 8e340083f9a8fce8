//! JSON in and out.

mod reader;
mod writer;

pub use reader::parse;
pub use writer::{unprintable, write, write_scalar, write_string};

/// How deep lists and maps may nest, in input and output.
pub const DEPTH: usize = 128;
