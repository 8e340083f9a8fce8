;; Twenty thousand aliases of one text of a megabyte: 20 GB for whoever writes that down.
;; Guard: aliased text.
(module
  (memory (export "memory") 40)
  (data (i32.const 0) "\00\00\01\00")
  (data (i32.const 16)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok}\n"
    "mistpm:\n"
    "  objects:\n"
    "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, a: &a ")
  (data (i32.const 512) ", b: [")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (local $at i32)
    (memory.copy (i32.const 65536) (i32.const 16) (i32.const 155))
    (memory.fill (i32.const 65691) (i32.const 120) (i32.const 1000000))
    (memory.copy (i32.const 1065691) (i32.const 512) (i32.const 6))
    (local.set $at (i32.const 1065697))
    (loop $again
      (i32.store (local.get $at) (i32.const 0x2c61_2a20))  ;; " *a,"
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 1145697))))
    (i32.store (local.get $at) (i32.const 0x200a_7d5d))  ;; "]}" and the end of the line
    (i32.store (i32.const 4) (i32.const 1080164))
    (i32.const 0)))
