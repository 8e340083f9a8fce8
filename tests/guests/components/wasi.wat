;; Does with WASI 0.2 what the first letter of its input says, and answers with a number in hexadecimal digits.
;;   t  the time, after a second was waited for     m  the minute of it on the other clock
;;   p  which of two waits is over first            r  a random number after another one
;;   b  how many random bytes it got of 1 MiB       B  the same of one more
;;   o  whether writing the rest to standard output failed      e  the same with standard error
;;   c  how much it may write     q  how much to a stream that is none
;;   i  why it cannot read        d  how many folders there are     s  why there is no socket
;;   x  ends itself                f  waits for more and more things, and for none of them
(component
  (;host;)
  (import "wasi:io/error@0.2.3" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/poll@0.2.3" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:io/streams@0.2.3" (instance $streams
    (alias outer 1 $error (type $error))
    (export "output-stream" (type $output (sub resource)))
    (export "input-stream" (type $input (sub resource)))
    (type $failure' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "[method]output-stream.check-write" (func (param "self" (borrow $output))
      (result (result u64 (error $failure)))))
    (export "[method]output-stream.blocking-write-and-flush" (func (param "self" (borrow $output))
      (param "contents" (list u8)) (result (result (error $failure)))))
    (export "[method]input-stream.blocking-read" (func (param "self" (borrow $input)) (param "len" u64)
      (result (result (list u8) (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (alias export $streams "input-stream" (type $input))
  (import "wasi:cli/stdin@0.2.3" (instance $stdin
    (alias outer 1 $input (type $input))
    (export "input-stream" (type $stream (eq $input)))
    (export "get-stdin" (func (result (own $stream))))))
  (import "wasi:cli/stdout@0.2.3" (instance $stdout
    (alias outer 1 $output (type $output))
    (export "output-stream" (type $stream (eq $output)))
    (export "get-stdout" (func (result (own $stream))))))
  (import "wasi:cli/stderr@0.2.3" (instance $stderr
    (alias outer 1 $output (type $output))
    (export "output-stream" (type $stream (eq $output)))
    (export "get-stderr" (func (result (own $stream))))))
  (import "wasi:cli/exit@0.2.3" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.3" (instance $clock
    (alias outer 1 $pollable (type $pollable))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (import "wasi:clocks/wall-clock@0.2.3" (instance $wall
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))))
  (import "wasi:random/random@0.2.3" (instance $random
    (export "get-random-u64" (func (result u64)))
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
  (import "wasi:filesystem/types@0.2.3" (instance $files
    (export "descriptor" (type $descriptor (sub resource)))
    (export "[method]descriptor.write-via-stream" (func (param "self" (borrow $descriptor)) (result (own $output))))))
  (alias export $files "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.3" (instance $folders
    (alias outer 1 $descriptor (type $descriptor))
    (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
  (import "wasi:sockets/udp@0.2.3" (instance $udp
    (alias outer 1 $output (type $output))
    (export "outgoing-datagram-stream" (func (result (own $output))))))
  (import "wasi:sockets/tcp-create-socket@0.2.3" (instance $sockets
    (export "tcp-socket" (type $socket (sub resource)))
    (type $code' (enum "unknown" "access-denied" "not-supported"))
    (export "error-code" (type $code (eq $code')))
    (export "create-tcp-socket" (func (param "address-family" u8) (result (result (own $socket) (error $code)))))))
  (core func $blocks (canon lower (func $poll "[method]pollable.block")))
  (core func $polls (canon lower (func $poll "poll") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $room (canon lower (func $streams "[method]output-stream.check-write") (memory (core memory $libc "memory"))))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $libc "memory"))))
  (core func $read (canon lower (func $streams "[method]input-stream.blocking-read")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $in (canon lower (func $stdin "get-stdin")))
  (core func $out (canon lower (func $stdout "get-stdout")))
  (core func $err (canon lower (func $stderr "get-stderr")))
  (core func $other (canon lower (func $udp "outgoing-datagram-stream")))
  (core func $end (canon lower (func $exit "exit")))
  (core func $now (canon lower (func $clock "now")))
  (core func $wait (canon lower (func $clock "subscribe-duration")))
  (core func $date (canon lower (func $wall "now") (memory (core memory $libc "memory"))))
  (core func $number (canon lower (func $random "get-random-u64")))
  (core func $bytes (canon lower (func $random "get-random-bytes")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $list (canon lower (func $folders "get-directories")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $socket (canon lower (func $sockets "create-tcp-socket") (memory (core memory $libc "memory"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "block" (func $block (param i32)))
    (import "wasi" "poll" (func $poll (param i32 i32 i32)))
    (import "wasi" "room" (func $room (param i32 i32)))
    (import "wasi" "write" (func $write (param i32 i32 i32 i32)))
    (import "wasi" "read" (func $read (param i32 i64 i32)))
    (import "wasi" "in" (func $in (result i32)))
    (import "wasi" "out" (func $out (result i32)))
    (import "wasi" "err" (func $err (result i32)))
    (import "wasi" "other" (func $other (result i32)))
    (import "wasi" "end" (func $end (param i32)))
    (import "wasi" "now" (func $now (result i64)))
    (import "wasi" "wait" (func $wait (param i64) (result i32)))
    (import "wasi" "date" (func $date (param i32)))
    (import "wasi" "number" (func $number (result i64)))
    (import "wasi" "bytes" (func $bytes (param i64 i32)))
    (import "wasi" "list" (func $list (param i32)))
    (import "wasi" "socket" (func $socket (param i32 i32)))
    (func $told (param $number i64) (result i32)
      (local $at i32)
      (local.set $at (i32.const 48))
      (loop $next
        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
        (i32.store8 (local.get $at) (i32.load8_u (i32.add (i32.const 64) (i32.wrap_i64 (i64.and (local.get $number) (i64.const 15))))))
        (local.set $number (i64.shr_u (local.get $number) (i64.const 4)))
        (br_if $next (i64.ne (local.get $number) (i64.const 0))))
      (i32.store (i32.const 0) (i32.const 0))
      (i32.store (i32.const 4) (local.get $at))
      (i32.store (i32.const 8) (i32.sub (i32.const 48) (local.get $at)))
      (i32.const 0))
    (data (i32.const 64) "0123456789abcdef")
    (func (export "render") (param $input i32) (param $size i32) (result i32)
      (local $letter i32)
      (local.set $letter (i32.load8_u (local.get $input)))
      (local.set $input (i32.add (local.get $input) (i32.const 1)))
      (local.set $size (i32.sub (local.get $size) (i32.const 1)))
      (if (i32.eq (local.get $letter) (i32.const 0x74)) (then ;; t
        (call $block (call $wait (i64.const 1000000000)))
        (return (call $told (call $now)))))
      (if (i32.eq (local.get $letter) (i32.const 0x6d)) (then ;; m
        (call $block (call $wait (i64.const 60000000001)))
        (call $date (i32.const 16))
        (return (call $told (i64.div_u (i64.add (i64.load (i32.const 16)) (i64.load32_u (i32.const 24))) (i64.const 60))))))
      (if (i32.eq (local.get $letter) (i32.const 0x70)) (then ;; p
        (i32.store (i32.const 16) (call $wait (i64.const 2000000000)))
        (i32.store (i32.const 20) (call $wait (i64.const 1000000000)))
        (call $poll (i32.const 16) (i32.const 2) (i32.const 24))
        (return (call $told (i64.load32_u (i32.load (i32.const 24)))))))
      (if (i32.eq (local.get $letter) (i32.const 0x72)) (then ;; r
        (drop (call $number))
        (return (call $told (call $number)))))
      (if (i32.eq (local.get $letter) (i32.const 0x62)) (then ;; b
        (call $bytes (i64.const 1048576) (i32.const 16))
        (return (call $told (i64.load32_u (i32.const 20))))))
      (if (i32.eq (local.get $letter) (i32.const 0x42)) (then ;; B
        (call $bytes (i64.const 1048577) (i32.const 16))))
      (if (i32.eq (local.get $letter) (i32.const 0x6f)) (then ;; o
        (call $write (call $out) (local.get $input) (local.get $size) (i32.const 16))
        (return (call $told (i64.load8_u (i32.const 16))))))
      (if (i32.eq (local.get $letter) (i32.const 0x65)) (then ;; e
        (call $write (call $err) (local.get $input) (local.get $size) (i32.const 16))
        (return (call $told (i64.load8_u (i32.const 16))))))
      (if (i32.eq (local.get $letter) (i32.const 0x63)) (then ;; c
        (call $room (call $out) (i32.const 16))
        (return (call $told (i64.load (i32.const 24))))))
      (if (i32.eq (local.get $letter) (i32.const 0x71)) (then ;; q
        (call $room (call $other) (i32.const 16))
        (return (call $told (i64.load8_u (i32.const 16))))))
      (if (i32.eq (local.get $letter) (i32.const 0x69)) (then ;; i
        (call $read (call $in) (i64.const 10) (i32.const 16))
        (return (call $told (i64.load8_u (i32.const 20))))))
      (if (i32.eq (local.get $letter) (i32.const 0x64)) (then ;; d
        (call $list (i32.const 16))
        (return (call $told (i64.load32_u (i32.const 20))))))
      (if (i32.eq (local.get $letter) (i32.const 0x73)) (then ;; s
        (call $socket (i32.const 0) (i32.const 16))
        (return (call $told (i64.load8_u (i32.const 20))))))
      (if (i32.eq (local.get $letter) (i32.const 0x78)) (then ;; x
        (call $write (call $err) (local.get $input) (local.get $size) (i32.const 16))
        (call $end (i32.const 1))))
      (loop $more (drop (call $wait (i64.const 1))) (br $more))
      unreachable))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance
      (export "block" (func $blocks)) (export "poll" (func $polls)) (export "room" (func $room))
      (export "write" (func $write)) (export "read" (func $read)) (export "in" (func $in)) (export "out" (func $out))
      (export "err" (func $err)) (export "other" (func $other)) (export "end" (func $end)) (export "now" (func $now))
      (export "wait" (func $wait)) (export "date" (func $date)) (export "number" (func $number))
      (export "bytes" (func $bytes)) (export "list" (func $list)) (export "socket" (func $socket))))))
  (;lifted;))
