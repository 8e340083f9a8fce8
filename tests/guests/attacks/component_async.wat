;; Wants to wait for others, which needs the component model's concurrency.
;; Guard: no concurrency.
(component
  (core func $new (canon waitable-set.new))
  (core module $main
    (import "" "new" (func $new (result i32)))
    (memory (export "memory") 1)
    (func (export "render") (param i32 i32) (result i32) (call $new))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $main (instantiate $main (with "" (instance (export "new" (func $new))))))
  (func (export "render") (param "input" string) (result (result string (error string)))
    (canon lift (core func $main "render")
      (memory (core memory $main "memory")) (realloc (core func $main "realloc")))))
