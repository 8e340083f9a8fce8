;; Makes a request from behind its memory, and goes on with a good answer as if nothing had happened.
;; Guard: failures are kept.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00R\00\00\00")
  (data (i32.const 16)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: {}}\n")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (drop (call $request (i32.const 131072) (i32.const 100)))
    (i32.const 0)))
