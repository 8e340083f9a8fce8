;; The same within a file.
;; Guard: aliased values.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\e0\01\00\00")
  (data (i32.const 16) "apiVersion: mistletoe.dev/v1alpha1\0akind: MistResult\0adata:\0a  result: Ok\0a  files:\0a    a.yaml: |\0a      a: &a [x,x,x,x,x,x,x,x,x,x]\0a      b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\0a      c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\0a      d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\0a      e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\0a      f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\0a      g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\0a      h: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\0a      i: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h,*h]\0a")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
