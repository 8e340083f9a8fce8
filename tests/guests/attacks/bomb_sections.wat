;; Twenty thousand sections of two bytes: reading the list of them takes longer than anything that follows.
;; Guard: sections.
(module binary
  "\00asm\01\00\00\00"
  "(;repeat 20000;)\00\00(;end;)")
