;; Says that it is written in version 2 of the binary format.
;; Guard: header.
(module binary "\00asm\02\00\00\00")
