;; Makes a request where it should only say what it is, and answers with the response.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (import "mistpm_v1" "response" (func $response (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32)
    (drop (call $request (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (call $response (i32.const 1024) (i32.const 1000)))
    (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
