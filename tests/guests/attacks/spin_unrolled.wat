;; Fills 200 MiB six hundred times, without a loop in which the time could be looked at.
;; Guard: time.
(module
  (memory (export "memory") 3200)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (;repeat 600;)(memory.fill (i32.const 0) (i32.const #) (i32.const 209715200))(;end;)
    unreachable))
