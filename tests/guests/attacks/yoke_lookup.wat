;; Has the answer to a question about the cluster written outside of its memory.
;; Guard: bounds.
(module
  (import "host" "k8s_lookup" (func $lookup (param i32 i64 i64 i64 i64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\47\00\00\00apiVersion: mistletoe.dev/v1alpha1\nkind: MistResult\ndata: {result: Ok}\n")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (drop (call $lookup (i32.const -65536) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))
    (i32.const 0)))
