;; Has a `render` that wants numbers, and gives one.
;; Guard: types of components.
(component
  (core module $main
    (func (export "render") (param i32) (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (func (export "render") (param "input" u32) (result u32) (canon lift (core func $main "render"))))
