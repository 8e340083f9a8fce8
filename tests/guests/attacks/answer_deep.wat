;; Answers with a thousand brackets in each other.
;; Guard: levels of documents.
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\10\00\00\00\d0\07\00\00")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 16) (i32.const 91) (i32.const 1000))
    (memory.fill (i32.const 1016) (i32.const 93) (i32.const 1000))
    (i32.const 0)))
