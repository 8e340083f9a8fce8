;; The size of a section has 35 bits.
;; Guard: numbers in bounds.
(module binary
  "\00asm\01\00\00\00"
  "\01\ff\ff\ff\ff\7f")
