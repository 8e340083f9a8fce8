;; Exports a name of four gigabytes.
;; Guard: numbers in bounds.
(module binary
  "\00asm\01\00\00\00"
  "\07\07\01\ff\ff\ff\ff\0fx")  ;; one export; its name has 4294967295 bytes
