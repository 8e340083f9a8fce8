;; A thousand loops in each other, around a thousand variables that all of them change: the compiler needs
;; minutes for these few kilobytes.
;; Guard: compile-time.
(module
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0))
  (func (local (;repeat 1000;) i32 (;end;))
    (;repeat 1000;)(loop(;end;)
    (;repeat 1000;)(local.set # (i32.add (local.get #) (i32.const 1)))(;end;)
    (;repeat 1000;)(br_if 0 (local.get 0)))(;end;)))
