;; Calls the host in a loop: each call is short, and takes no time of the guest.
;; Guard: time.
(module
  (import "mistpm_v1" "response" (func $response (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (loop $again
      (drop (call $response (i32.const 0) (i32.const 0)))
      (br $again))
    unreachable))
