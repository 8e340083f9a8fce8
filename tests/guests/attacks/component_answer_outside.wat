;; Answers with what lies outside of its memory.
;; Guard: traps of components in words.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (i32.store (i32.const 4) (i32.const -16))
      (i32.store (i32.const 8) (i32.const 32))
      (i32.const 0)))
  (;exports;))
