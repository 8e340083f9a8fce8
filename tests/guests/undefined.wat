;; Imports what a C compiler makes of a function that is declared without saying where it comes from.
(module
  (import "env" "mistpm_request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 0))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (call $request (local.get 0) (local.get 1))))
