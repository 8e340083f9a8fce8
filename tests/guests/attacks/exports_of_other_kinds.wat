;; Exports a global and a function of 64 bits where the ABI has functions of 32.
;; Guard: types of exports.
(module
  (memory (export "memory") 1)
  (global (export "__mistletoe_info") i32 (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i64) (result i64)
    (i64.const 0)))
