;; Makes a table larger until that is refused, which must be before ten million.
;; Guard: table.
(module
  (memory (export "memory") 1)
  (table $it 0 funcref)
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (drop (table.grow $it (ref.null func) (i32.const 10000000)))
    (if (i32.eq (table.size $it) (i32.const 10000000)) (then (loop $again (br $again))))
    unreachable))
