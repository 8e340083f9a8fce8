;; Exports the host's `request` as its own `__mistletoe_generate`: the host would call itself.
;; Guard: failures are kept.
(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (export "__mistletoe_generate" (func $request)))
