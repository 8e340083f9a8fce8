;; Has more memories than there may be, in modules side by side.
;; Guard: number of memories.
(component
  (;host;)
  (;repeat 10;)(core module $m# (memory 1) (data (i32.const 0) "#"))
  (core instance (instantiate $m#))
  (;end;)
  (core module $main
    (;main;)
    (func (export "render") (param i32 i32) (result i32)
      unreachable))
  (;exports;))
