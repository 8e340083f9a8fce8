;; Has components within components, many levels deep.
;; Guard: levels of components.
(component
  (;repeat 30;)(component (;end;)(;repeat 30;)) (;end;))
