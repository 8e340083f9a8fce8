;; The file ends in the middle of a number.
;; Guard: sections in bounds.
(module binary
  "\00asm\01\00\00\00"
  "\01\80")  ;; types; the size goes on after 80
