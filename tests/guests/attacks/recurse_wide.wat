;; Each of its calls takes a large part of the stack: two hundred variables that are all used.
;; Guard: large stacks.
(module
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.wrap_i64 (call $descend (i64.const 0))))
  (func $descend (param $n i64) (result i64)
    (local (;repeat 200;) i64 (;end;))
    (;repeat 200;)(local.set # (i64.add (local.get $n) (i64.const #)))(;end;)
    (drop (call $descend (local.get $n)))
    (;repeat 200;)(local.get #)(;end;)
    (;repeat 199;)i64.add (;end;)))
