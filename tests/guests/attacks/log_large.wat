;; Logs all of its memory, two megabytes, at once.
;; Guard: log.
(module
  (import "mistpm_v1" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 32)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (call $log (i32.const 0) (i32.const 0) (i32.const 2097152))
    (i32.const 0)))
