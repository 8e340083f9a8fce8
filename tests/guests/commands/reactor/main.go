// A package in Go with Mistletoe's functions: it keeps its own runtime, and calls its dependency.
package main

import (
	"encoding/json"
	"fmt"
	"unsafe"
)

var (
	kept [][]byte // what the host was given the address of
	pair [2]uint32
)

//go:wasmimport mistpm_v1 log
func hostLog(level int32, text unsafe.Pointer, size uint32)

//go:wasmimport mistpm_v1 request
func hostRequest(text unsafe.Pointer, size uint32) int32

//go:wasmimport mistpm_v1 response
func hostResponse(text unsafe.Pointer, room uint32) int32

//go:wasmexport __mistletoe_info
func info() unsafe.Pointer {
	return text([]byte(`{"apiVersion": "mistletoe.dev/v1alpha1", "kind": "MistPackage", "metadata": {"name": "reactor"}}`))
}

//go:wasmexport __mistletoe_alloc
func alloc(size uint32) unsafe.Pointer {
	memory := make([]byte, size+1)
	kept = append(kept, memory)
	return unsafe.Pointer(&memory[0])
}

//go:wasmexport __mistletoe_dealloc
func dealloc(unsafe.Pointer, uint32) {}

//go:wasmexport __mistletoe_generate
func generate(input unsafe.Pointer, size uint32) unsafe.Pointer {
	var given struct {
		Data struct {
			Name  string `json:"name"`
			Panic bool   `json:"panic"`
		} `json:"data"`
	}
	if err := json.Unmarshal(unsafe.Slice((*byte)(input), size), &given); err != nil {
		panic(err)
	}
	if given.Data.Panic {
		panic("told to")
	}
	message := []byte("rendering " + given.Data.Name)
	hostLog(1, unsafe.Pointer(&message[0]), uint32(len(message)))
	fmt.Println("written, not logged")
	status, answer := call(map[string]any{"op": "call", "alias": "cache"})
	encoded, _ := json.Marshal(map[string]any{
		"apiVersion": "mistletoe.dev/v1alpha1", "kind": "MistResult",
		"data":   map[string]any{"result": "Ok"},
		"mistpm": map[string]any{"outputs": map[string]any{"status": status, "answer": json.RawMessage(answer)}},
	})
	return text(encoded)
}

func call(request map[string]any) (int32, []byte) {
	document, _ := json.Marshal(request)
	status := hostRequest(unsafe.Pointer(&document[0]), uint32(len(document)))
	answer := make([]byte, hostResponse(nil, 0))
	hostResponse(unsafe.Pointer(&answer[0]), uint32(len(answer)))
	return min(status, 0), answer
}

func text(bytes []byte) unsafe.Pointer {
	kept = append(kept, bytes)
	pair = [2]uint32{uint32(uintptr(unsafe.Pointer(&bytes[0]))), uint32(len(bytes))}
	return unsafe.Pointer(&pair)
}

func main() {}
