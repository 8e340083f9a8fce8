;; Has its variables written over the end of its memory.
;; Guard: bounds.
(module
  (import "wasi_snapshot_preview1" "environ_get" (func $environment (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $main (export "_start")
    (drop (call $environment (i32.const 1000) (i32.const -65536)))))
