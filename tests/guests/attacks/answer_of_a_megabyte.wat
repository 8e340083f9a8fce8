;; Answers with a megabyte of text in one file, which is no manifest; harmless to whoever calls it once.
;; Guard: manifests in words.
(module
  (memory (export "memory") 20)
  (data (i32.const 0) "\00\00\01\00")
  (data (i32.const 65536)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data:\n"
    "  result: Ok\n"
    "  files:\n"
    "    a: ")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (memory.fill (i32.const 65623) (i32.const 120) (i32.const 1000000))
    (i32.store (i32.const 4) (i32.const 1000087))
    (i32.const 0)))
