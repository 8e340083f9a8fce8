;; Aborts as AssemblyScript's programs do, with two of its texts: UTF-16, their bytes counted before them.
(module
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 12) "\0e\00\00\00" "n\00o\00 \00c\00a\00k\00e\00")
  (data (i32.const 60) "\08\00\00\00" "a\00.\00t\00s\00")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  ;; with an input of nothing it says nothing, with a longer one it gives bad pointers
  (func (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (if (i32.eqz (local.get $size)) (then (call $abort (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))
    (if (i32.gt_u (local.get $size) (i32.const 2)) (then (call $abort (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0))))
    (call $abort (i32.const 16) (i32.const 64) (i32.const 3) (i32.const 14))
    unreachable))
