;; Takes 200 MiB, and gives up as an allocator does if it gets less.
;; Guard: memory.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "[]")
    (func (export "render") (param i32 i32) (result i32)
      (loop $again
        (br_if $again (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))
      (if (i32.lt_u (memory.size) (i32.const 3200)) (then unreachable))
      (i32.store (i32.const 4) (i32.const 16))
      (i32.store (i32.const 8) (i32.const 2))
      (i32.const 0)))
  (;exports;))
