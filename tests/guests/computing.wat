;; Computes requirements from its input.  `computing_modules.py` writes cases behind it at 65536, each of
;;   size needle size answer
;; The first case whose needle is in the input gives the answer; an empty needle is in every input.  An
;; answer of size -1 is a trap, of size -2 a loop without end.  Sizes are four bytes, little-endian.
(module
  (memory (export "memory") 3)
  (data (i32.const 65536) "CASES")
  (data (i32.const 16) "apiVersion: mistletoe.dev/v1alpha1\nkind: MistPackage\nmetadata: {name: computing}\n")
  (data (i32.const 256)
    "apiVersion: mistletoe.dev/v1alpha1\n"
    "kind: MistResult\n"
    "data:\n"
    "  result: Ok\n"
    "  files:\n"
    "    config.yaml: |\n"
    "      {apiVersion: v1, kind: ConfigMap, metadata: {name: computing}}\n")

  (func (export "__mistletoe_info") (result i32) (call $pair (i32.const 16) (i32.const 81)))
  (func (export "__mistletoe_alloc") (param $size i32) (result i32)
    (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get $size) (i32.const 65536)))))
    (i32.const 196608))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    (call $pair (i32.const 256) (i32.const 168)))

  (func (export "__mistpm_requirements") (param $input i32) (param $size i32) (result i32)
    (local $case i32) (local $answer i32)
    (local.set $case (i32.const 65536))
    (loop $cases
      (local.set $answer  ;; where the answer's size stands
        (i32.add (i32.add (local.get $case) (i32.const 4)) (i32.load (local.get $case))))
      (if (call $holds (local.get $input) (local.get $size)
            (i32.add (local.get $case) (i32.const 4)) (i32.load (local.get $case)))
        (then (return (call $answer (local.get $answer)))))
      (local.set $case
        (i32.add (i32.add (local.get $answer) (i32.const 4)) (call $length (local.get $answer))))
      (br $cases))
    unreachable)

  (func $length (param $at i32) (result i32)
    (if (i32.lt_s (i32.load (local.get $at)) (i32.const 0)) (then (return (i32.const 0))))
    (i32.load (local.get $at)))

  (func $answer (param $at i32) (result i32)
    (if (i32.eq (i32.load (local.get $at)) (i32.const -1)) (then unreachable))
    (if (i32.eq (i32.load (local.get $at)) (i32.const -2)) (then (loop $forever (br $forever))))
    (call $pair (i32.add (local.get $at) (i32.const 4)) (i32.load (local.get $at))))

  ;; whether a text has another one in it
  (func $holds (param $text i32) (param $size i32) (param $needle i32) (param $length i32) (result i32)
    (local $last i32)
    (local.set $last
      (i32.sub (i32.add (local.get $text) (local.get $size)) (local.get $length)))
    (loop $places
      (if (i32.gt_s (local.get $text) (local.get $last)) (then (return (i32.const 0))))
      (if (call $same (local.get $text) (local.get $needle) (local.get $length))
        (then (return (i32.const 1))))
      (local.set $text (i32.add (local.get $text) (i32.const 1)))
      (br $places))
    unreachable)

  (func $same (param $one i32) (param $other i32) (param $length i32) (result i32)
    (local $at i32)
    (loop $bytes
      (if (i32.eq (local.get $at) (local.get $length)) (then (return (i32.const 1))))
      (if (i32.ne
            (i32.load8_u (i32.add (local.get $one) (local.get $at)))
            (i32.load8_u (i32.add (local.get $other) (local.get $at))))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $bytes))
    unreachable)

  (func $pair (param $start i32) (param $size i32) (result i32)
    (i32.store (i32.const 0) (local.get $start))
    (i32.store (i32.const 4) (local.get $size))
    (i32.const 0)))
