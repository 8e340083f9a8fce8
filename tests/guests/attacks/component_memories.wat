;; Takes in four memories what one may have.
;; Guard: memories watched together.
(component
  (;host;)
  (core module $more
    (memory 1)
    (func (export "grow") (loop $again (br_if $again (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))))
  (core instance $one (instantiate $more))
  (core instance $two (instantiate $more))
  (core instance $three (instantiate $more))
  (core module $main
    (;main;)
    (import "one" "grow" (func $one))
    (import "two" "grow" (func $two))
    (import "three" "grow" (func $three))
    (data (i32.const 16) "[]")
    (func (export "render") (param i32 i32) (result i32)
      (call $one)
      (call $two)
      (call $three)
      (loop $again (br_if $again (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))
      (i32.store (i32.const 4) (i32.const 16))
      (i32.store (i32.const 8) (i32.const 2))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "one" (instance $one))
    (with "two" (instance $two))
    (with "three" (instance $three))
    (with "host" (instance (export "log" (func $log)) (export "call" (func $call))))))
  (func (export "render") (param "input" string) (result (result string (error string)))
    (canon lift (core func $main "render")
      (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))
