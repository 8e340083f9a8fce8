;; Looks for room for its input for ever.
;; Guard: time.
(component
  (core module $main
    (memory (export "memory") 1)
    (func $realloc (export "realloc") (param i32 i32 i32 i32) (result i32)
      (loop $again (br $again))
      unreachable)
    (func (export "render") (param i32 i32) (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (func (export "render") (param "input" string) (result (result string (error string)))
    (canon lift (core func $main "render")
      (memory (core memory $main "memory")) (realloc (core func $main "realloc")))))
