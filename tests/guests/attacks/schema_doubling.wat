;; Has a schema that looks at the inputs twice for each step down, and goes down thirty steps.
;; Guard: work of schemas.
(;descriptor
inputs:
  $ref: "#/$defs/1"
  $defs:
    "1": {allOf: [{$ref: "#/$defs/2"}, {$ref: "#/$defs/2"}]}
    "2": {allOf: [{$ref: "#/$defs/3"}, {$ref: "#/$defs/3"}]}
    "3": {allOf: [{$ref: "#/$defs/4"}, {$ref: "#/$defs/4"}]}
    "4": {allOf: [{$ref: "#/$defs/5"}, {$ref: "#/$defs/5"}]}
    "5": {allOf: [{$ref: "#/$defs/6"}, {$ref: "#/$defs/6"}]}
    "6": {allOf: [{$ref: "#/$defs/7"}, {$ref: "#/$defs/7"}]}
    "7": {allOf: [{$ref: "#/$defs/8"}, {$ref: "#/$defs/8"}]}
    "8": {allOf: [{$ref: "#/$defs/9"}, {$ref: "#/$defs/9"}]}
    "9": {allOf: [{$ref: "#/$defs/10"}, {$ref: "#/$defs/10"}]}
    "10": {allOf: [{$ref: "#/$defs/11"}, {$ref: "#/$defs/11"}]}
    "11": {allOf: [{$ref: "#/$defs/12"}, {$ref: "#/$defs/12"}]}
    "12": {allOf: [{$ref: "#/$defs/13"}, {$ref: "#/$defs/13"}]}
    "13": {allOf: [{$ref: "#/$defs/14"}, {$ref: "#/$defs/14"}]}
    "14": {allOf: [{$ref: "#/$defs/15"}, {$ref: "#/$defs/15"}]}
    "15": {allOf: [{$ref: "#/$defs/16"}, {$ref: "#/$defs/16"}]}
    "16": {allOf: [{$ref: "#/$defs/17"}, {$ref: "#/$defs/17"}]}
    "17": {allOf: [{$ref: "#/$defs/18"}, {$ref: "#/$defs/18"}]}
    "18": {allOf: [{$ref: "#/$defs/19"}, {$ref: "#/$defs/19"}]}
    "19": {allOf: [{$ref: "#/$defs/20"}, {$ref: "#/$defs/20"}]}
    "20": {allOf: [{$ref: "#/$defs/21"}, {$ref: "#/$defs/21"}]}
    "21": {allOf: [{$ref: "#/$defs/22"}, {$ref: "#/$defs/22"}]}
    "22": {allOf: [{$ref: "#/$defs/23"}, {$ref: "#/$defs/23"}]}
    "23": {allOf: [{$ref: "#/$defs/24"}, {$ref: "#/$defs/24"}]}
    "24": {allOf: [{$ref: "#/$defs/25"}, {$ref: "#/$defs/25"}]}
    "25": {allOf: [{$ref: "#/$defs/26"}, {$ref: "#/$defs/26"}]}
    "26": {allOf: [{$ref: "#/$defs/27"}, {$ref: "#/$defs/27"}]}
    "27": {allOf: [{$ref: "#/$defs/28"}, {$ref: "#/$defs/28"}]}
    "28": {allOf: [{$ref: "#/$defs/29"}, {$ref: "#/$defs/29"}]}
    "29": {allOf: [{$ref: "#/$defs/30"}, {$ref: "#/$defs/30"}]}
    "30": {type: object}
;)
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\08\00\00\00\61\00\00\00{apiVersion: mistletoe.dev/v1alpha1, kind: MistResult, data: {result: Ok}, mistpm: {objects: []}}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0)))
