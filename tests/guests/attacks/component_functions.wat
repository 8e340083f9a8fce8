;; Has many functions, a few in each of many modules.
;; Guard: functions.
(component
  (;repeat 200;)(core module (func) (func) (func))
  (;end;))
