;; Makes two of what makes two of what makes two, and so on for twenty-five levels.
;; Guard: compile-memory.
(component
  (component (core module $m) (core instance (instantiate $m)))
  (;repeat 25;)(component
    (alias outer 1 # (component $less))
    (instance (instantiate $less))
    (instance (instantiate $less)))
  (;end;)
  (instance (instantiate 25))
  (component $nothing)
  (instance (export "render") (instantiate $nothing)))
