;; Answers with neither a result nor an error.
;; Guard: traps of components in words.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (i32.store8 (i32.const 0) (i32.const 7))
      (i32.const 0)))
  (;exports;))
