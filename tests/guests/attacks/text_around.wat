;; Its result ends where it begins, if one counts with 32 bits: pointer and length add up to 2 to the power of
;; 32.
;; Guard: bounds.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\f0\ff\ff\00\10\00\00")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
