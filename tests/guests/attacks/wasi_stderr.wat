;; Complains without end.
;; Guard: log.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $main (export "_start")
    (i32.store (i32.const 4) (i32.const 1000))
    (loop $again
      (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 2000)))
      (br $again))))
