;; Asks for more than it may be given.
;; Guard: response.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\1c\00\00\00")
  (data (i32.const 16) "{\22op\22:\22call\22,\22alias\22:\22next\22}")
  (data (i32.const 1024)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: {}}\n")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (if (i32.lt_s (call $request (i32.const 16) (i32.const 28)) (i32.const 0)) (then unreachable))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 82))
    (i32.const 0)))
