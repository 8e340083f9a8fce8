;; Wants a response written over the end of its memory.
;; Guard: bounds.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (import "mistpm_v1" "response" (func $response (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (drop (call $request (i32.const 0) (i32.const 0)))
    (drop (call $response (i32.const 131072) (i32.const -1)))
    (i32.const 0)))
