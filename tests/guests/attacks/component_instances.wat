;; Has two thousand instances of a module.
;; Guard: number of instances.
(component
  (;host;)
  (core module $little)
  (;repeat 2000;)(core instance (instantiate $little)) (;end;)
  (core module $main
    (;main;)
    (data (i32.const 16) "[]")
    (func (export "render") (param i32 i32) (result i32)
      (i32.store (i32.const 4) (i32.const 16))
      (i32.store (i32.const 8) (i32.const 2))
      (i32.const 0)))
  (;exports;))
