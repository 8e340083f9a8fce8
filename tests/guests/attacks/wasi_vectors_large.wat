;; Writes the same 64 MiB a thousand times in one call.
;; Guard: output.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1024)
  (func $main (export "_start")
    (local $vector i32)
    (loop $each
      (i32.store offset=4 (i32.mul (local.get $vector) (i32.const 8)) (i32.const 67108864))
      (local.set $vector (i32.add (local.get $vector) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $vector) (i32.const 1000))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1000) (i32.const 1000)))))
