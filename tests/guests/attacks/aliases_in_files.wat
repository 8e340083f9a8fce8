;; Answers with five hundred files, in each of which aliases stand for nearly as many values as they may in one.
;; Guard: one amount for all files.
(module
  (memory (export "memory") 8)
  (data (i32.const 0) "\10\00\00\00" "\bd\9d\03\00")
  (data (i32.const 16)
    "{\22apiVersion\22:\22mistletoe.dev/v1alpha1\22,\22kind\22:\22MistResult\22,\22data\22:{\22result\22:\22Ok\22,\22files\22:{"
    (;repeat 500;)"\22#.yaml\22: \22a: &a [x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x]\5cnb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\5cnc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\5cn\22,"
    (;end;)"\22z\22:\22\22}}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 393216))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
