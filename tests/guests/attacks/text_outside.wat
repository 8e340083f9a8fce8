;; Its result stands for 100 bytes, of which the memory has 36.
;; Guard: bounds.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\dc\ff\00\00\64\00\00\00")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
