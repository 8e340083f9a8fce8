//! Stands in for the crate `wasm-bindgen`, of which Mistletoe's macro uses
//! one attribute. The real one adds imports for JavaScript.

pub mod prelude {
    pub use export_attribute::wasm_bindgen;
}
