;; Has defaults for two inputs, in each of which there are two, and so on, thirty steps down.
;; Guard: steps of completion.
(;descriptor
inputs:
  $ref: "#/$defs/1"
  $defs:
    "1": {properties: {a: {$ref: "#/$defs/2"}, b: {$ref: "#/$defs/2"}}}
    "2": {properties: {a: {$ref: "#/$defs/3"}, b: {$ref: "#/$defs/3"}}}
    "3": {properties: {a: {$ref: "#/$defs/4"}, b: {$ref: "#/$defs/4"}}}
    "4": {properties: {a: {$ref: "#/$defs/5"}, b: {$ref: "#/$defs/5"}}}
    "5": {properties: {a: {$ref: "#/$defs/6"}, b: {$ref: "#/$defs/6"}}}
    "6": {properties: {a: {$ref: "#/$defs/7"}, b: {$ref: "#/$defs/7"}}}
    "7": {properties: {a: {$ref: "#/$defs/8"}, b: {$ref: "#/$defs/8"}}}
    "8": {properties: {a: {$ref: "#/$defs/9"}, b: {$ref: "#/$defs/9"}}}
    "9": {properties: {a: {$ref: "#/$defs/10"}, b: {$ref: "#/$defs/10"}}}
    "10": {properties: {a: {$ref: "#/$defs/11"}, b: {$ref: "#/$defs/11"}}}
    "11": {properties: {a: {$ref: "#/$defs/12"}, b: {$ref: "#/$defs/12"}}}
    "12": {properties: {a: {$ref: "#/$defs/13"}, b: {$ref: "#/$defs/13"}}}
    "13": {properties: {a: {$ref: "#/$defs/14"}, b: {$ref: "#/$defs/14"}}}
    "14": {properties: {a: {$ref: "#/$defs/15"}, b: {$ref: "#/$defs/15"}}}
    "15": {properties: {a: {$ref: "#/$defs/16"}, b: {$ref: "#/$defs/16"}}}
    "16": {properties: {a: {$ref: "#/$defs/17"}, b: {$ref: "#/$defs/17"}}}
    "17": {properties: {a: {$ref: "#/$defs/18"}, b: {$ref: "#/$defs/18"}}}
    "18": {properties: {a: {$ref: "#/$defs/19"}, b: {$ref: "#/$defs/19"}}}
    "19": {properties: {a: {$ref: "#/$defs/20"}, b: {$ref: "#/$defs/20"}}}
    "20": {properties: {a: {$ref: "#/$defs/21"}, b: {$ref: "#/$defs/21"}}}
    "21": {properties: {a: {$ref: "#/$defs/22"}, b: {$ref: "#/$defs/22"}}}
    "22": {properties: {a: {$ref: "#/$defs/23"}, b: {$ref: "#/$defs/23"}}}
    "23": {properties: {a: {$ref: "#/$defs/24"}, b: {$ref: "#/$defs/24"}}}
    "24": {properties: {a: {$ref: "#/$defs/25"}, b: {$ref: "#/$defs/25"}}}
    "25": {properties: {a: {$ref: "#/$defs/26"}, b: {$ref: "#/$defs/26"}}}
    "26": {properties: {a: {$ref: "#/$defs/27"}, b: {$ref: "#/$defs/27"}}}
    "27": {properties: {a: {$ref: "#/$defs/28"}, b: {$ref: "#/$defs/28"}}}
    "28": {properties: {a: {$ref: "#/$defs/29"}, b: {$ref: "#/$defs/29"}}}
    "29": {properties: {a: {$ref: "#/$defs/30"}, b: {$ref: "#/$defs/30"}}}
    "30": {type: string, required: [never]}
;)
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\08\00\00\00\61\00\00\00{apiVersion: mistletoe.dev/v1alpha1, kind: MistResult, data: {result: Ok}, mistpm: {objects: []}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
