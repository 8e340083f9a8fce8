;; Wants to open files of the host, from every folder that it may have been given.
;; Guard: nothing opens.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $given (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; writes a manifest that does no harm
  (data (i32.const 0) "\08\00\00\00\3d\00\00\00{apiVersion: v1, kind: ConfigMap, metadata: {name: harmless}}")
  (func $answer
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000))))
  (data (i32.const 3000) "/etc/passwd")
  (func $main (export "_start")
    (local $folder i32)
    (loop $each
      (if (i32.eqz (call $given (local.get $folder) (i32.const 2000))) (then unreachable))
      (if (i32.eqz (call $open (local.get $folder) (i32.const 1) (i32.const 3000) (i32.const 11)
                     (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 2000)))
        (then unreachable))
      (local.set $folder (i32.add (local.get $folder) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $folder) (i32.const 10))))
    (call $answer)))
