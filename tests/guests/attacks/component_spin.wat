;; Never ends.
;; Guard: time.
(component
  (;host;)
  (core module $main
    (;main;)
    (func $spin (loop $again (br $again)))
    (func (export "render") (param i32 i32) (result i32)
      (call $spin)
      (i32.const 0)))
  (;exports;))
