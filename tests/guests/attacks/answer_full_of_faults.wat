;; Makes sixteen thousand documents that are no manifests: all of them would be told.
;; Guard: faults shown.
(module
  (memory (export "memory") 10)
  (data (i32.const 0) "\00\00\01\00")
  (data (i32.const 16)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok}\n"
    "mistpm: {objects: [")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (local $at i32)
    (memory.copy (i32.const 65536) (i32.const 16) (i32.const 90))
    (local.set $at (i32.const 65626))
    (loop $again
      (i32.store (local.get $at) (i32.const 0x2c7d_7b20))  ;; " {},"
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 129626))))
    (i32.store (local.get $at) (i32.const 0x200a_7d5d))  ;; "]}" and the end of the line
    (i32.store (i32.const 4) (i32.sub (local.get $at) (i32.const 65533)))
    (i32.const 0)))
