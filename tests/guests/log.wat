;; Logs "debug" and "error", one letter of a word that is not UTF-8, and answers "{}".
(module
  (import "mistpm_v1" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00{}debugerror\ff")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    (call $log (i32.const 0) (i32.const 10) (i32.const 5))
    (call $log (i32.const 3) (i32.const 15) (i32.const 5))
    (call $log (i32.const 2) (i32.const 20) (i32.const 1))
    (i32.const 0)))
