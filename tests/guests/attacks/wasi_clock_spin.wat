;; Waits, without sleeping, for time to pass.
;; Guard: time.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $main (export "_start")
    (loop $until
      (drop (call $time (i32.const 1) (i64.const 1) (i32.const 2000)))
      (br_if $until (i64.lt_u (i64.load (i32.const 2000)) (i64.const 946684800000000001))))
    (call $answer)))
