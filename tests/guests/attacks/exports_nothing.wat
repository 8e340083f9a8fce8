;; A library that is not a package: no exports but its memory.
;; Guard: wanted exports.
(module (memory (export "memory") 1))
