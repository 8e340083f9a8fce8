;; Has a schema with data that is nested a hundred and fifty levels deep.
;; Guard: levels of descriptors.
(;descriptor
inputs: {default: (;repeat 150;)[(;end;)(;repeat 150;)](;end;)}
;)
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\08\00\00\00\61\00\00\00{apiVersion: mistletoe.dev/v1alpha1, kind: MistResult, data: {result: Ok}, mistpm: {objects: []}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
