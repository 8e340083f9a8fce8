;; Fills all the memory that there can be before it is started.
;; Guard: memory.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $fill
    (drop (memory.grow (i32.const 5000)))
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 327680000))
    unreachable)
  (start $fill)
  (func $main (export "_start")
    (call $answer)))
