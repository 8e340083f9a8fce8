;; Refuses with a reason of a megabyte, which would be shown.
;; Guard: words shown.
(module
  (memory (export "memory") 20)
  (data (i32.const 0) "\00\00\01\00")
  (data (i32.const 16)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Err, message: ")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 120) (i32.const 1048576))
    (memory.copy (i32.const 65536) (i32.const 16) (i32.const 81))
    (i32.store8 (i32.const 1100000) (i32.const 125))
    (i32.store (i32.const 4) (i32.const 1034465))
    (i32.const 0)))
