;; Takes memory and writes to it before any export was called.
;; Guard: memory.
(module
  (memory (export "memory") 1)
  (func $take
    (local $at i32)
    (loop $again
      (local.set $at (memory.grow (i32.const 1)))
      (if (i32.lt_s (local.get $at) (i32.const 0)) (then unreachable))
      (memory.fill (i32.shl (local.get $at) (i32.const 16)) (i32.const 1) (i32.const 65536))
      (br $again)))
  (start $take)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
