;; Logs a message of 64 MiB.
;; Guard: log.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (drop (memory.grow (i32.const 1024)))
      (call $log (i32.const 1) (i32.const 0) (i32.const 67108864))
      (i32.const 0)))
  (;exports;))
