;; Carries out a script, a list of steps that `scripted_modules.py` writes behind it at 65536:
;;   L size text   append the text            V size key   append the input's text for `"key":"`
;;   I             append the whole input     M            a request begins here
;;   Q             make the request           R            append the response
;;   S             append the status          G level size text   log the text
;;   T             trap                       W            loop for ever
;;   E             the end: what was appended is the answer
;; Sizes and levels are four bytes, little-endian.
(module
  (import "mistpm_v1" "log" (func $log (param i32 i32 i32)))
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (import "mistpm_v1" "response" (func $response (param i32 i32) (result i32)))
  (memory (export "memory") 3)
  (data (i32.const 65536) "SCRIPT")
  (data (i32.const 16) "apiVersion: mistletoe.dev/v1alpha1\nkind: MistPackage\nmetadata: {name: script}\n")

  (global $next (mut i32) (i32.const 65536))
  (global $out (mut i32) (i32.const 0))

  (func (export "__mistletoe_info") (result i32) (call $pair (i32.const 16) (i32.const 80)))
  (func (export "__mistletoe_alloc") (param $size i32) (result i32)
    (drop (memory.grow (i32.add (i32.const 65) (i32.div_u (local.get $size) (i32.const 65536)))))
    (i32.const 196608))
  (func (export "__mistletoe_dealloc") (param i32 i32))

  (func (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (local $start i32) (local $mark i32) (local $status i32) (local $op i32) (local $level i32)
    (local.set $start (i32.add (local.get $input) (local.get $size)))
    (global.set $out (local.get $start))
    (loop $steps
      (local.set $op (i32.load8_u (global.get $next)))
      (global.set $next (i32.add (global.get $next) (i32.const 1)))
      (if (i32.eq (local.get $op) (i32.const 76)) (then  ;; L
        (call $append (i32.add (global.get $next) (i32.const 4)) (i32.load (global.get $next)))
        (call $skip)))
      (if (i32.eq (local.get $op) (i32.const 73)) (then  ;; I
        (call $append (local.get $input) (local.get $size))))
      (if (i32.eq (local.get $op) (i32.const 86)) (then  ;; V
        (call $value (local.get $input))
        (call $skip)))
      (if (i32.eq (local.get $op) (i32.const 77)) (then  ;; M
        (local.set $mark (global.get $out))))
      (if (i32.eq (local.get $op) (i32.const 81)) (then  ;; Q
        (local.set $status
          (call $request (local.get $mark) (i32.sub (global.get $out) (local.get $mark))))
        (global.set $out (local.get $mark))))
      (if (i32.eq (local.get $op) (i32.const 82)) (then  ;; R
        (global.set $out (i32.add (global.get $out)
          (call $response (global.get $out) (i32.const 2097152))))))
      (if (i32.eq (local.get $op) (i32.const 83)) (then  ;; S: `0` or `-1` to `-9`
        (if (i32.lt_s (local.get $status) (i32.const 0))
          (then
            (i32.store8 (global.get $out) (i32.const 45))
            (i32.store8 offset=1 (global.get $out) (i32.sub (i32.const 48) (local.get $status)))
            (global.set $out (i32.add (global.get $out) (i32.const 2))))
          (else
            (i32.store8 (global.get $out) (i32.const 48))
            (global.set $out (i32.add (global.get $out) (i32.const 1)))))))
      (if (i32.eq (local.get $op) (i32.const 71)) (then  ;; G
        (local.set $level (i32.load (global.get $next)))
        (global.set $next (i32.add (global.get $next) (i32.const 4)))
        (call $log (local.get $level) (i32.add (global.get $next) (i32.const 4)) (i32.load (global.get $next)))
        (call $skip)))
      (if (i32.eq (local.get $op) (i32.const 84)) (then unreachable))  ;; T
      (if (i32.eq (local.get $op) (i32.const 87)) (then (loop $forever (br $forever))))  ;; W
      (br_if $steps (i32.ne (local.get $op) (i32.const 69))))  ;; E
    (call $pair (local.get $start) (i32.sub (global.get $out) (local.get $start))))

  ;; go behind a size and its text
  (func $skip
    (global.set $next
      (i32.add (i32.add (global.get $next) (i32.const 4)) (i32.load (global.get $next)))))

  (func $append (param $from i32) (param $size i32)
    (memory.copy (global.get $out) (local.get $from) (local.get $size))
    (global.set $out (i32.add (global.get $out) (local.get $size))))

  ;; append the text after the first `"key":"` in the input, up to the next quote; trap without one
  (func $value (param $at i32)
    (local $size i32) (local $index i32)
    (local.set $size (i32.load (global.get $next)))
    (block $found
      (loop $places
        (local.set $index (i32.const 0))
        (block $differs
          (loop $letters
            (br_if $found (i32.eq (local.get $index) (local.get $size)))
            (br_if $differs (i32.ne
              (i32.load8_u (i32.add (local.get $at) (local.get $index)))
              (i32.load8_u offset=4 (i32.add (global.get $next) (local.get $index)))))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br $letters)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $places)))
    (local.set $at (i32.add (local.get $at) (local.get $size)))
    (local.set $index (local.get $at))
    (loop $text
      (if (i32.ne (i32.load8_u (local.get $index)) (i32.const 34)) (then
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $text))))
    (call $append (local.get $at) (i32.sub (local.get $index) (local.get $at))))

  ;; a result is a pointer to a pointer and a length
  (func $pair (param $text i32) (param $size i32) (result i32)
    (i32.store (i32.const 0) (local.get $text))
    (i32.store (i32.const 4) (local.get $size))
    (i32.const 0)))
