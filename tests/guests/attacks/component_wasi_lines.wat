;; Writes empty lines to standard output: few bytes, but a message each.
;; Guard: lines are messages.
(component
  (;host;)
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8)) (result (result))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output))
    (export "output-stream" (type $stream (eq $output)))
    (export "get-stdout" (func (result (own $stream))))))
  (core func $out (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $libc "memory"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "out" (func $out (result i32)))
    (import "wasi" "write" (func $write (param i32 i32 i32) (result i32)))
    (func (export "render") (param i32 i32) (result i32)
      (local $stream i32)
      (local $times i32)
      (local.set $stream (call $out))
      (memory.fill (i32.const 4096) (i32.const 10) (i32.const 4096))
      (loop $again
        (drop (call $write (local.get $stream) (i32.const 4096) (i32.const 4096)))
        (local.set $times (i32.add (local.get $times) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $times) (i32.const 200))))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance (export "out" (func $out)) (export "write" (func $write))))))
  (;lifted;))
