;; Logs at a level that there is not.
;; Guard: traps of components in words.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (call $log (i32.const 9) (i32.const 0) (i32.const 0))
      (i32.const 0)))
  (;exports;))
