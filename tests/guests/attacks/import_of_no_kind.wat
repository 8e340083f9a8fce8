;; Imports something of a kind that there is not.
;; Guard: kinds of imports.
(module binary
  "\00asm\01\00\00\00"
  "\02\07\01\01m\01f\77\00")  ;; one import, `m.f`, of kind 119
