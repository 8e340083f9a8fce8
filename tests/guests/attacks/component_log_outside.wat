;; Logs what lies outside of its memory.
;; Guard: traps of components in words.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (call $log (i32.const 1) (i32.const -16) (i32.const 32))
      (i32.const 0)))
  (;exports;))
