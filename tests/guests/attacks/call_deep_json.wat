;; Makes a request of a hundred thousand brackets; what reads it may not run out of stack.
;; Guard: shape of answers.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (import "mistpm_v1" "response" (func $response (param i32 i32) (result i32)))
  (memory (export "memory") 8)
  (data (i32.const 0) "\00\10\00\00")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 91) (i32.const 100000))
    (drop (call $request (i32.const 65536) (i32.const 100000)))
    ;; what the host says of it is the answer
    (i32.store (i32.const 4) (call $response (i32.const 4096) (i32.const 1000)))
    (i32.const 0)))
