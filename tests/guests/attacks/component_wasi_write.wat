;; Writes a mebibyte at once, each byte of which is 32 to the host.
;; Guard: little written at once.
(component
  (;host;)
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.write"
      (func (param "self" (borrow $output)) (param "contents" (list u8)) (result (result))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $output (type $output))
    (export "output-stream" (type $stream (eq $output)))
    (export "get-stderr" (func (result (own $stream))))))
  (core func $err (canon lower (func $stderr "get-stderr")))
  (core func $write (canon lower (func $streams "[method]output-stream.write") (memory (core memory $libc "memory"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "err" (func $err (result i32)))
    (import "wasi" "write" (func $write (param i32 i32 i32) (result i32)))
    (func (export "render") (param i32 i32) (result i32)
      (drop (memory.grow (i32.const 20)))
      (call $write (call $err) (i32.const 0) (i32.const 1048576))))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance (export "err" (func $err)) (export "write" (func $write))))))
  (;lifted;))
