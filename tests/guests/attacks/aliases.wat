;; Ten aliases of ten aliases, nine times: a billion values in six hundred bytes.
;; Guard: aliased values.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00L\01\00\00")
  (data (i32.const 16) "a: &a [x,x,x,x,x,x,x,x,x,x]\0ab: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\0ac: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\0ad: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\0ae: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\0af: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\0ag: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\0ah: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\0ai: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h,*h]\0a")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 32768))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func $generate (export "__mistletoe_generate") (param $input i32) (param $size i32) (result i32)
    (i32.const 0)))
