;; Wants 120 MiB of random bytes at once, which takes the host memory and time.
;; Guard: little randomness at once.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1921)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $main (export "_start")
    (if (i32.ne (call $random (i32.const 2000) (i32.const 125829120)) (i32.const 28)) (then unreachable))
    (call $answer)))
