;; Holds 60 MiB, and calls itself: each of them is within the limit.
;; Guard: memory.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 960)
  (data (i32.const 0) "\10\00\00\00\1c\00\00\00")
  (data (i32.const 16) "{\22op\22:\22call\22,\22alias\22:\22next\22}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 62000000))
    (drop (call $request (i32.const 16) (i32.const 28)))
    (i32.const 0)))
