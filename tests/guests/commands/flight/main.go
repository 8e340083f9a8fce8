// A package in the manner of Yoke's flights: values from standard input, resources to standard output,
// the rest from arguments and variables. It has none of Yoke's code.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

type values struct {
	Replicas int    `json:"replicas"`
	Image    string `json:"image"`
}

type object = map[string]any

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	given := values{Replicas: 1, Image: "nginx:1.29"}
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil && err != io.EOF {
		return err
	}
	if given.Replicas < 0 {
		return fmt.Errorf("replicas: %d is negative", given.Replicas)
	}
	time.Sleep(time.Hour) // the machine's time does not pass
	token := make([]byte, 8)
	rand.Read(token)
	name := filepath.Base(os.Args[0])
	metadata := object{"name": name, "labels": object{"app": os.Getenv("YOKE_RELEASE")}}
	stages := [][]object{
		{{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
			"data": object{
				"made":      time.Now().UTC().Format(time.RFC3339),
				"namespace": os.Getenv("NAMESPACE"),
				"token":     fmt.Sprintf("%x", token),
			},
		}},
		{{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
			"spec": object{"replicas": given.Replicas, "image": given.Image},
		}},
	}
	if _, err := os.Open("/etc/passwd"); err == nil {
		return fmt.Errorf("there is a file system")
	}
	fmt.Fprintln(os.Stderr, "made", len(stages), "stages for", name)
	return json.NewEncoder(os.Stdout).Encode(stages)
}
