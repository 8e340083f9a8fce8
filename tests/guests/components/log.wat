;; Logs its input at every level, from debug to error, and answers with no manifests.
(component
  (;host;)
  (core module $main
    (;main;)
    (data (i32.const 16) "[]")
    (func (export "render") (param $input i32) (param $size i32) (result i32)
      (local $level i32)
      (loop $next
        (call $log (local.get $level) (local.get $input) (local.get $size))
        (local.set $level (i32.add (local.get $level) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $level) (i32.const 4))))
      (i32.store (i32.const 0) (i32.const 0))
      (i32.store (i32.const 4) (i32.const 16))
      (i32.store (i32.const 8) (i32.const 2))
      (i32.const 0)))
  (;exports;))
