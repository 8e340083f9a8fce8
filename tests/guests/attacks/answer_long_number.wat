;; Answers with a number of five thousand digits, which Python takes long to read.
;; Guard: documents in words.
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\10\00\00\00\89\13\00\00")
  (data (i32.const 16) "{")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 16) (i32.const 55) (i32.const 5001))
    (i32.const 0)))
