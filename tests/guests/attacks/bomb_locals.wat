;; More variables than a function may have.
;; Guard: validation in words.
(module
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0))
  (func (local (;repeat 50001;) i32 (;end;))))
