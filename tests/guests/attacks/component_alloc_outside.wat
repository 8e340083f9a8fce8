;; Makes room for its input outside of its memory.
;; Guard: traps of components in words.
(component
  (core module $main
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const -8))
    (func (export "render") (param i32 i32) (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (func (export "render") (param "input" string) (result (result string (error string)))
    (canon lift (core func $main "render")
      (memory (core memory $main "memory")) (realloc (core func $main "realloc")))))
