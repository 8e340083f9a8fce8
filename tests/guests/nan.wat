;; Answers with the bits of 0/0 as hexadecimal digits: processors differ in them.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\08\00\00\00")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    (local $zero f32) (local $bits i32) (local $place i32) (local $digit i32)
    (local.set $bits (i32.reinterpret_f32 (f32.div (local.get $zero) (local.get $zero))))
    (loop $next
      (local.set $digit (i32.and (i32.rotl (local.get $bits) (i32.const 4)) (i32.const 15)))
      (local.set $bits (i32.shl (local.get $bits) (i32.const 4)))
      (i32.store8
        (i32.add (i32.const 16) (local.get $place))
        (i32.add
          (local.get $digit)
          (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $digit) (i32.const 9)))))
      (local.set $place (i32.add (local.get $place) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $place) (i32.const 8))))
    (i32.const 0)))
