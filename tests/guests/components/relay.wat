;; Calls `next` with its whole input as inputs, and answers with what comes back, whether result or reason.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "next")
    (func (export "render") (param $input i32) (param $size i32) (result i32)
      (call $call (i32.const 16) (i32.const 4) (local.get $input) (local.get $size)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
      ;; the result: ok at 64, or error with its case at 68; then a pointer and a length
      (i32.store (i32.const 0) (i32.load8_u (i32.const 64)))
      (i64.store (i32.const 4)
        (if (result i64) (i32.load8_u (i32.const 64))
          (then (i64.load (i32.const 72)))
          (else (i64.load (i32.const 68)))))
      (i32.const 0)))
  (;exports;))
