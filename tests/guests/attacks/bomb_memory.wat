;; Seven hundred loops in each other, around seven hundred variables: the compiler needs hundreds of megabytes
;; for them.
;; Guard: compile-memory.
(module
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0))
  (func (local (;repeat 700;) i32 (;end;))
    (;repeat 700;)(loop(;end;)
    (;repeat 700;)(local.set # (i32.add (local.get #) (i32.const 1)))(;end;)
    (;repeat 700;)(br_if 0 (local.get 0)))(;end;)))
