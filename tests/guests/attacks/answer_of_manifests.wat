;; Answers with thirty thousand manifests.
;; Guard: number of manifests.
(module
  (memory (export "memory") 40)
  (data (i32.const 16) "{\22apiVersion\22:\22mistletoe.dev/v1alpha1\22,\22kind\22:\22MistResult\22,\22data\22:{\22result\22:\22Ok\22},\22mistpm\22:{\22objects\22:[")
  (data (i32.const 4096) "{\22apiVersion\22:\22v1\22,\22kind\22:\22A\22,\22metadata\22:{\22name\22:\22a\22}},")
  (data (i32.const 8192) "{\22apiVersion\22:\22v1\22,\22kind\22:\22A\22,\22metadata\22:{\22name\22:\22a\22}}]}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    (local $at i32) (local $left i32)
    (memory.copy (i32.const 65536) (i32.const 16) (i32.const 103))
    (local.set $at (i32.const 65639))
    (local.set $left (i32.const 30000))
    (loop $again
      (memory.copy (local.get $at) (i32.const 4096) (i32.const 55))
      (local.set $at (i32.add (local.get $at) (i32.const 55)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (memory.copy (local.get $at) (i32.const 8192) (i32.const 57))
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.sub (i32.add (local.get $at) (i32.const 57)) (i32.const 65536)))
    (i32.const 0)))
