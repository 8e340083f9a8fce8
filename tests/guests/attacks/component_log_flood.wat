;; Logs for ever.
;; Guard: log.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (loop $again
        (call $log (i32.const 1) (i32.const 0) (i32.const 1000))
        (br $again))
      (i32.const 0)))
  (;exports;))
