;; A flight whose second stage, of two thousand objects, waits for as many: four million names would be written down.
;; Guard: pairs in stages.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 6)
  (data (i32.const 0) "\10\00\00\00" "\3b\91\03\00")
  (data (i32.const 16)
    "[["
    (;repeat 2000;)"{apiVersion: v1, kind: ConfigMap, metadata: {name: a#}},"
    (;end;)"],["
    (;repeat 2000;)"{apiVersion: v1, kind: ConfigMap, metadata: {name: b#}},"
    (;end;)"]]")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
