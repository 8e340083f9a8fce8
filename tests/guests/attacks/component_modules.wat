;; Has two thousand modules.
;; Guard: number of modules.
(component
  (;repeat 2000;)(core module) (;end;))
