;; Calls a function through a table as something that it is not.
;; Guard: traps in words.
(module
  (memory (export "memory") 1)
  (type $wanted (func (param i64) (result i64)))
  (table 1 funcref)
  (elem (i32.const 0) $generate)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.wrap_i64 (call_indirect (type $wanted) (i64.const 0) (i32.const 0)))))
