;; Requires nothing, or says why it cannot tell where its input is longer than 10 bytes.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "{\22apiVersion\22: \22mistpm.dev/v1\22, \22kind\22: \22Requirements\22, \22requirements\22: {}}")
    (func (export "render") (param i32 i32) (result i32)
      unreachable)
    (func (export "requirements") (param $input i32) (param $size i32) (result i32)
      (i32.store (i32.const 0) (i32.gt_u (local.get $size) (i32.const 10)))
      (i32.store (i32.const 4) (i32.const 16))
      (i32.store (i32.const 8) (i32.const 75))
      (i32.const 0)))
  (;exports;)
  (;requirements;))
