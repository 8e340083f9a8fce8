;; Answers with bytes that are no text.
;; Guard: traps of components in words.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "\ff\fe")
    (func (export "render") (param i32 i32) (result i32)
      (i32.store (i32.const 4) (i32.const 16))
      (i32.store (i32.const 8) (i32.const 2))
      (i32.const 0)))
  (;exports;))
