;; Waits for 2,000 moments at once.
;; Guard: few waited for at once.
(component
  (;host;)
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable))
    (export "pollable" (type $moment (eq $pollable)))
    (export "subscribe-instant" (func (param "when" u64) (result (own $moment))))))
  (core func $wait (canon lower (func $clock "subscribe-instant")))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "wait" (func $wait (param i64) (result i32)))
    (import "wasi" "poll" (func $poll (param i32 i32 i32)))
    (func (export "render") (param i32 i32) (result i32)
      (local $place i32)
      (local.set $place (i32.const 4096))
      (loop $next
        (i32.store (local.get $place) (call $wait (i64.const -1)))
        (local.set $place (i32.add (local.get $place) (i32.const 4)))
        (br_if $next (i32.lt_u (local.get $place) (i32.const 12096))))
      (call $poll (i32.const 4096) (i32.const 2000) (i32.const 64))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance (export "wait" (func $wait)) (export "poll" (func $poll))))))
  (;lifted;))
