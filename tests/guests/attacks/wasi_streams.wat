;; Closes its streams and goes on with them, and writes where it may only read.
;; Guard: closed stays closed.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_renumber" (func $renumber (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $main (export "_start")
    (if (i32.eqz (call $write (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 2000))) (then unreachable))
    (if (i32.eqz (call $write (i32.const -1) (i32.const 0) (i32.const 1) (i32.const 2000))) (then unreachable))
    (if (i32.eqz (call $read (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 2000))) (then unreachable))
    (if (i32.eqz (call $renumber (i32.const 1) (i32.const 2))) (then unreachable))
    (call $answer)
    (drop (call $close (i32.const 1)))
    (if (i32.ne (call $close (i32.const 1)) (i32.const 8)) (then unreachable))
    (call $answer)))
