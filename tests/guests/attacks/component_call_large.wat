;; Calls with 32 MiB of inputs, and answers with what it hears; stops where that is another error than a bad request.
;; Guard: request.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "next")
    (func (export "render") (param i32 i32) (result i32)
      (drop (memory.grow (i32.const 600)))
      (memory.fill (i32.const 131072) (i32.const 32) (i32.const 33554432))
      (i32.store16 (i32.const 131072) (i32.const 32123))
      (call $call (i32.const 16) (i32.const 4) (i32.const 131072) (i32.const 33554432)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
      (if (i32.load8_u (i32.const 68)) (then unreachable))
      (i32.store (i32.const 0) (i32.const 1))
      (i64.store (i32.const 4) (i64.load (i32.const 72)))
      (i32.const 0)))
  (;exports;))
