use proc_macro::TokenStream;

/// Exports a `pub fn` under its own name, with the C calling convention.
#[proc_macro_attribute]
pub fn wasm_bindgen(_options: TokenStream, function: TokenStream) -> TokenStream {
    let mut exported: TokenStream = "#[no_mangle] pub extern \"C\"".parse().expect("fixed tokens");
    // what follows the word `pub`
    exported.extend(function.into_iter().skip(1));
    exported
}
