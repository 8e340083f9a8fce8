;; Asks for what there is not, for ever.
;; Guard: requests.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "next{}")
    (func (export "render") (param i32 i32) (result i32)
      (loop $again
      (call $call (i32.const 16) (i32.const 4) (i32.const 20) (i32.const 2)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
        (br $again))
      (i32.const 0)))
  (;exports;))
