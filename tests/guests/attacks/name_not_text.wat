;; Exports a name that is not UTF-8.
;; Guard: numbers in bounds.
(module binary
  "\00asm\01\00\00\00"
  "\01\04\01\60\00\00"          ;; one type, () -> ()
  "\03\02\01\00"                ;; one function of that type
  "\07\06\01\02\ff\fe\00\00"    ;; exports it as ff fe
  "\0a\04\01\02\00\0b")         ;; its code
