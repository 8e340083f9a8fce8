;; Wants to know the time: its answer would change with it.
;; Guard: stopped clock.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $main (export "_start")
    (local $clock i32)
    (loop $each
      (drop (call $time (local.get $clock) (i64.const 1) (i32.const 2000)))
      (if (i64.ne (i64.load (i32.const 2000)) (i64.const 946684800000000000)) (then unreachable))
      (local.set $clock (i32.add (local.get $clock) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $clock) (i32.const 4))))
    (call $answer)))
