;; Calls with inputs of a hundred thousand levels, and answers with what it hears.
;; Guard: levels of inputs.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "next")
    (func (export "render") (param i32 i32) (result i32)
      (memory.fill (i32.const 4096) (i32.const 91) (i32.const 100000))
      (call $call (i32.const 16) (i32.const 4) (i32.const 4096) (i32.const 100000)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
      (i32.store (i32.const 0) (i32.const 1))
      (i64.store (i32.const 4) (i64.load (i32.const 72)))
      (i32.const 0)))
  (;exports;))
