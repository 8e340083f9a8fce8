;; Makes a request, ignores how it ends, and answers "{}".
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00{}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (drop (call $request (local.get $input) (local.get $size)))
    (i32.const 0)))
