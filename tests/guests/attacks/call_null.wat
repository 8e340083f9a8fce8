;; Calls a function that is not in the table.
;; Guard: traps in words.
(module
  (memory (export "memory") 1)
  (type $function (func))
  (table 1 funcref)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (call_indirect (type $function) (i32.const 0))
    (i32.const 0)))
