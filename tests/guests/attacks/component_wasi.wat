;; Wants the time from an interface that is as good as WASI's, and is not there.
;; Guard: known interfaces.
(component
  (import "system:clocks/wall-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))))
  (core module $main
    (func (export "render") (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (func (export "render") (result u32) (canon lift (core func $main "render"))))
