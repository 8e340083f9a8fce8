;; Wants to sleep for five hundred years, which no deadline would end.
;; Guard: sleep takes no time.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  ;; one subscription: the monotonic clock, as many nanoseconds as there can be
  (data (i32.const 2016) "\01\00\00\00\00\00\00\00\ff\ff\ff\ff\ff\ff\ff\ff")
  (func $main (export "_start")
    (if (call $poll (i32.const 2000) (i32.const 3000) (i32.const 1) (i32.const 4000)) (then unreachable))
    (if (i32.ne (i32.load (i32.const 4000)) (i32.const 1)) (then unreachable))
    (call $answer)))
