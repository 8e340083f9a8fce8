;; Answers with 64 MiB.
;; Guard: output.
(component
  (;host;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      (drop (memory.grow (i32.const 1024)))
      (memory.fill (i32.const 64) (i32.const 32) (i32.const 67108864))
      (i32.store (i32.const 4) (i32.const 64))
      (i32.store (i32.const 8) (i32.const 67108864))
      (i32.const 0)))
  (;exports;))
