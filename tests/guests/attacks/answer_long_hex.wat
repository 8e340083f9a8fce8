;; Answers with a number of five thousand hexadecimal digits, which JSON could not even write.
;; Guard: digits.
(module
  (memory (export "memory") 4)
  (data (i32.const 16) "{apiVersion: mistletoe.dev/v1alpha1, kind: MistResult, data: {result: Ok}, mistpm: {objects: [{apiVersion: v1, kind: A, metadata: {name: a}, x: 0x")
  (data (i32.const 4096) "ffffffff")
  (data (i32.const 8192) "}]}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    (local $at i32) (local $left i32)
    (memory.copy (i32.const 65536) (i32.const 16) (i32.const 146))
    (local.set $at (i32.const 65682))
    (local.set $left (i32.const 625))
    (loop $again
      (memory.copy (local.get $at) (i32.const 4096) (i32.const 8))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (memory.copy (local.get $at) (i32.const 8192) (i32.const 4))
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.sub (i32.add (local.get $at) (i32.const 4)) (i32.const 65536)))
    (i32.const 0)))
