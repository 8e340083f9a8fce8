;; Logs three hundred times as it should and then from outside of its memory, in several threads at a time: the
;; failure belongs to one of them.
;; Guard: a guest for each thread.
(module
  (import "mistpm_v1" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00R\00\00\00")
  (data (i32.const 16)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: {}}\n")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (local $n i32)
    (loop $again
      (call $log (i32.const 0) (i32.const 0) (i32.const 0))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 300))))
    (call $log (i32.const 1) (i32.const -1) (i32.const 16))
    (i32.const 0)))
