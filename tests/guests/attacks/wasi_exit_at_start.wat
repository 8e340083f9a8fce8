;; Wants to end the process before anybody has asked for anything.
;; Guard: guests are ended.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\47\00\00\00apiVersion: mistletoe.dev/v1alpha1\nkind: MistResult\ndata: {result: Ok}\n")
  (func $leave (call $exit (i32.const 0)))
  (start $leave)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
