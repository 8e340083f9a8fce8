;; Never gets started: a module inside loops when it is made.
;; Guard: time.
(component
  (;host;)
  (core module $main
    (;main;)
    (func $spin (loop $again (br $again)))
    (start $spin)
    (func (export "render") (param i32 i32) (result i32)
      unreachable
      (i32.const 0)))
  (;exports;))
