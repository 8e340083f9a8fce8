;; Its section is longer than the file.
;; Guard: sections in bounds.
(module binary
  "\00asm\01\00\00\00"
  "\01\7f\01\60\00\00")  ;; types, 127 bytes of which five are there
