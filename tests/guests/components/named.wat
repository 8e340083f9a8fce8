;; Calls `next` twice with the same name; answers with what the second call gets.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "next{}one")
    (func $once
      (call $call (i32.const 16) (i32.const 4) (i32.const 20) (i32.const 2)
        (i32.const 1) (i32.const 22) (i32.const 3) (i32.const 64)))
    (func (export "render") (param $input i32) (param $size i32) (result i32)
      (call $once)
      (call $once)
      (i32.store (i32.const 0) (i32.load8_u (i32.const 64)))
      (i64.store (i32.const 4) (i64.load (i32.const 72)))
      (i32.const 0)))
  (;exports;))
