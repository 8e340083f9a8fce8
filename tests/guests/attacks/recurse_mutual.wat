;; Two functions call each other for ever.
;; Guard: large stacks.
(module
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (call $even (i32.const 0)))
  (func $even (param i32) (result i32) (i32.add (i32.const 1) (call $odd (local.get 0))))
  (func $odd (param i32) (result i32) (i32.add (i32.const 1) (call $even (local.get 0)))))
