;; Draws random bytes for ever.
;; Guard: time.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $main (export "_start")
    (loop $again
      (drop (call $random (i32.const 2000) (i32.const 1000)))
      (br $again))))
