;; Imports 11,000 functions of WASI, each of which has to be defined for every run.
;; Guard: names of WASI.
(component
  (;host;)
  (type $many (instance (;repeat 990;)(export "f#" (func))(;end;)))
  (;repeat 12;)(import "wasi:cli/many#@0.2.0" (instance (type $many)))(;end;)
  (core module $main
    (func (export "render") (param i32 i32) (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (;lifted;))
