;; Wants an operating system that nobody has any more.
;; Guard: known imports.
(module
  (import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi:cli/environment@0.2.0" "get-environment" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
