;; Wants to talk to somebody.
;; Guard: nothing opens.
(module
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (func $main (export "_start")
    (local $socket i32)
    (loop $each
      (if (i32.eqz (call $accept (local.get $socket) (i32.const 0) (i32.const 2000))) (then unreachable))
      (if (i32.eqz (call $send (local.get $socket) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 2000)))
        (then unreachable))
      (local.set $socket (i32.add (local.get $socket) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $socket) (i32.const 10))))
    (call $answer)))
