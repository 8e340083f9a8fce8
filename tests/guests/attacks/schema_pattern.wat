;; Has a pattern that some engines try in as many ways as there are atoms, and a default with a key to try it on.
;; Guard: patterns in linear time.
(;descriptor
inputs:
  properties:
    token: {type: string, writeOnly: true}
    labels:
      default: {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!: x}
      patternProperties: {"^(a+)+$": {}}
;)
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\08\00\00\00\61\00\00\00{apiVersion: mistletoe.dev/v1alpha1, kind: MistResult, data: {result: Ok}, mistpm: {objects: []}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
