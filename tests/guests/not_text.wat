;; Answers with bytes that are no UTF-8.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\04\00\00\00ok\ff\ff")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
