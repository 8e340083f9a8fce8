;; Calls a component that never ends.
;; Guard: time.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "next{}")
    (func (export "render") (param i32 i32) (result i32)
      (call $call (i32.const 16) (i32.const 4) (i32.const 20) (i32.const 2)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
      (i32.const 0)))
  (;exports;))
