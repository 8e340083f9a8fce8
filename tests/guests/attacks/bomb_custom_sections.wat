;; Two thousand custom sections with an empty name.
;; Guard: custom-sections.
(module binary
  "\00asm\01\00\00\00"
  "(;repeat 2000;)\00\01\00(;end;)")
