;; Calls a dependency without end, under another name each time.
;; Guard: calls.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00+\00\00\00")
  (data (i32.const 16) "{\22op\22:\22call\22,\22alias\22:\22next\22,\22name\22:\22aaaaa\22}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (loop $again
      (drop (call $request (i32.const 16) (i32.const 43)))
      (call $count)
      (br $again))
    unreachable)
  ;; the name in the request counts: aaaaa, baaaa, ..., zaaaa, abaaa
  (func $count
    (local $at i32)
    (local.set $at (i32.const 52))
    (loop $digit
      (i32.store8 (local.get $at) (i32.add (i32.const 1) (i32.load8_u (local.get $at))))
      (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 123))
        (then
          (i32.store8 (local.get $at) (i32.const 97))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $digit))))))
