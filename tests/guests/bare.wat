;; A library that is not a package: no exports but its memory.
(module (memory (export "memory") 1))
