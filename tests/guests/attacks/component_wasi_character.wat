;; Has a random number given to it as a character, which it is not: wasmtime would end the process.
;; Guard: characters are WASI's.
(component
  (;host;)
  (import "wasi:random/random@0.2.0" (instance $random (export "get-random-u64" (func (result char)))))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core module $main
    (import "wasi" "random" (func $random (result i32)))
    (func (export "render") (param i32 i32) (result i32)
      (call $random)))
  (core instance $main (instantiate $main (with "wasi" (instance (export "random" (func $random))))))
  (;lifted;))
