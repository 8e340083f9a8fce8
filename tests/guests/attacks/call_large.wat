;; Makes a request of 17 MiB, most of it blanks; a good one gets an answer.
;; Guard: request.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 300)
  (data (i32.const 0) "\00\04\00\00R\00\00\00")
  (data (i32.const 1024)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: {}}\n")
  (data (i32.const 2048) "{")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 2049) (i32.const 32) (i32.const 17825792))
    (memory.copy (i32.const 17825792) (i32.const 512) (i32.const 27))
    (if (i32.lt_s (call $request (i32.const 2048) (i32.const 17823771)) (i32.const 0)) (then unreachable))
    (i32.const 0))
  (data (i32.const 512) "\22op\22:\22call\22,\22alias\22:\22next\22}"))
