;; Calls itself for ever through a table.
;; Guard: large stacks.
(module
  (memory (export "memory") 1)
  (type $function (func (param i32) (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $descend)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (call $descend (i32.const 0)))
  (func $descend (type $function) (i32.add (i32.const 1) (call_indirect (type $function) (local.get 0) (i32.const 0)))))
