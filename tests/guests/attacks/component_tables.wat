;; Has a table that is larger than any may be.
;; Guard: table.
(component
  (;host;)
  (core module $main
    (;main;)
    (table 1000000 funcref)
    (func (export "render") (param i32 i32) (result i32)
      unreachable))
  (;exports;))
