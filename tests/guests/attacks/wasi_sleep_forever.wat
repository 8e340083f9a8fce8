;; Sleeps again and again.
;; Guard: time.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; one subscription: the monotonic clock, as many nanoseconds as there can be
  (data (i32.const 2016) "\01\00\00\00\00\00\00\00\ff\ff\ff\ff\ff\ff\ff\ff")
  (func $main (export "_start")
    (loop $again
      (drop (call $poll (i32.const 2000) (i32.const 3000) (i32.const 1) (i32.const 4000)))
      (br $again))))
