;; Answers with a hundred megabytes.
;; Guard: output.
(module
  (memory (export "memory") 1600)
  (data (i32.const 0) "\08\00\00\00\00\00\40\06")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 8) (i32.const 32) (i32.const 104857591))
    (i32.const 0)))
