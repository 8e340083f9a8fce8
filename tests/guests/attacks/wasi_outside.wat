;; Writes from beyond the end of its memory.
;; Guard: bounds.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $main (export "_start")
    (i32.store (i32.const 0) (i32.const -65536))
    (i32.store (i32.const 4) (i32.const 4096))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1000)))))
