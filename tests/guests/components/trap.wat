;; Stops at something that should not be reached, in a function with a name.
(component
  (;host;)
  (core module $main
    (;main;)
    (func $inner unreachable)
    (func (export "render") (param i32 i32) (result i32)
      (call $inner)
      (i32.const 0)))
  (;exports;))
