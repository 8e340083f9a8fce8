;; Has the imports that wasm-bindgen leaves behind, of all three kinds, and calls none of them.
(module
  (import "__wbindgen_placeholder__" "__wbindgen_describe" (func (param i32)))
  (import "__wbindgen_externref_xform__" "__wbindgen_externref_table_grow" (func (param i32) (result i32)))
  (import "./shop_bg.js" "__wbindgen_init_externref_table" (func $init))
  (memory (export "memory") 1)
  (table (export "__wbindgen_externrefs") 16 externref)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00{}")
  (func (export "__wbindgen_start") (call $init))
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
