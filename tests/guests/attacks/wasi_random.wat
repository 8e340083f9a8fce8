;; Wants randomness: its answer would never be the same.
;; Guard: seeded randomness.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $main (export "_start")
    (local $place i32)
    (drop (call $random (i32.const 2000) (i32.const 16)))
    (loop $letter
      (i32.store8 offset=61 (local.get $place)
        (i32.add (i32.const 97) (i32.and (i32.const 15) (i32.load8_u offset=2000 (local.get $place)))))
      (local.set $place (i32.add (local.get $place) (i32.const 1)))
      (br_if $letter (i32.lt_u (local.get $place) (i32.const 6))))
    (call $answer)))
