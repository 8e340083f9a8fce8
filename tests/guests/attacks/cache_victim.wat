;; Harmless: its answer is at 23120, and one bit further, at 23128, is another. Its machine code is tampered with
;; between two runs.
;; Guard: digests of machine code.
(module
  (memory (export "memory") 1)
  (data (i32.const 23120) "\00\01\00\00\96\00\00\00\00\02\00\00\96\00\00\00")
  (data (i32.const 256)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: {a.yaml: \22{apiVersion: v1, kind: ConfigMap, metadata: {name: right}}\22}}\n")
  (data (i32.const 512)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data: {result: Ok, files: {a.yaml: \22{apiVersion: v1, kind: ConfigMap, metadata: {name: wrong}}\22}}\n")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 23120)))
