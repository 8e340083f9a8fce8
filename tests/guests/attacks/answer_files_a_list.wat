;; Its files are a list.
;; Guard: kinds in answers.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00X\00\00\00")
  (data (i32.const 16)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: [a.yaml]}\n")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
