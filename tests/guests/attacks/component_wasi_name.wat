;; Has an error that tells a name of 90,000 letters.
;; Guard: words of components.
(component
  (;host;)
  (import "wasi:cli/environment@0.2.0" (instance $wasi
    (type $two (tuple string string))
    (type $eight (tuple $two $two $two $two))
    (type $many (tuple $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight
      $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight $eight))
    (export "name(;repeat 90000;)e(;end;)" (func (result $many)))))
  (alias export $wasi "name(;repeat 90000;)e(;end;)" (func $name))
  (core func $name (canon lower (func $name) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $main
    (import "wasi" "name" (func $name (param i32)))
    (func (export "render") (param i32 i32) (result i32)
      (call $name (i32.const 4096))
      (i32.const 0)))
  (core instance $main (instantiate $main (with "wasi" (instance (export "name" (func $name))))))
  (;lifted;))
