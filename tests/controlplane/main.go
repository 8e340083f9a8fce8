// Command controlplane is a whole Kubernetes control plane in one process, for tests: etcd,
// kube-apiserver, kube-controller-manager, and a stand-in for everything that runs on nodes.
//
// README.md beside this file tells how tests use it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// settings are what a control plane can be told.
type settings struct {
	data               string
	address            string
	emulate            string
	nodes              int
	controllers        bool
	apiServerArguments list
	controllerFlags    list
}

// list is a flag that can be given more than once.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) > 0 && arguments[0] == "token" {
		return runToken(arguments[1:])
	}
	return runControlPlane(arguments)
}

// runControlPlane serves until a signal. Once it can be used, it says so in a line on standard output.
func runControlPlane(arguments []string) error {
	var s settings
	flags := flag.NewFlagSet("controlplane", flag.ExitOnError)
	flags.StringVar(&s.data, "data", "", "folder for all state; made if missing")
	flags.StringVar(&s.address, "address", "127.0.0.1:6443", "where the API server listens")
	flags.StringVar(&s.emulate, "emulate", "", "an older minor to serve as, such as 1.34")
	flags.IntVar(&s.nodes, "nodes", 1, "how many nodes there seem to be; with 0 nothing runs and no volume is bound")
	flags.BoolVar(&s.controllers, "controllers", true, "run kube-controller-manager")
	flags.Var(&s.apiServerArguments, "apiserver-argument", "a flag for kube-apiserver, such as --v=2 (can be repeated)")
	flags.Var(&s.controllerFlags, "controllers-argument", "a flag for kube-controller-manager (can be repeated)")
	tied := flags.Bool("tied", false, "end at once when standard input ends, as it does when the parent dies")
	flags.Parse(arguments)
	if s.data == "" || flags.NArg() > 0 {
		return errors.New("usage: controlplane -data FOLDER [flags]; -help tells the flags")
	}

	// Names of files are relative from here on, which keeps those of Unix sockets short enough.
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return err
	}
	if err := os.Chdir(s.data); err != nil {
		return err
	}
	if *tied {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
	}
	interrupted, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	plane, err := start(interrupted, s)
	if err != nil {
		return err
	}
	fmt.Println("ready https://" + s.address)
	select {
	case <-interrupted.Done():
		stop() // a second signal ends the process at once
		return plane.stop()
	case err := <-plane.failed:
		return err
	}
}

// runToken prints a token for a service account, signed with the key of the control plane of a folder.
func runToken(arguments []string) error {
	flags := flag.NewFlagSet("controlplane token", flag.ExitOnError)
	data := flags.String("data", "", "folder of the control plane")
	namespace := flags.String("namespace", "default", "namespace of the service account")
	name := flags.String("name", "default", "name of the service account")
	uid := flags.String("uid", "", "uid of the service account")
	lifetime := flags.Duration("lifetime", time.Hour, "how long the API server accepts it; less than a second is rounded down")
	flags.Parse(arguments)
	if *data == "" || *uid == "" {
		return errors.New("usage: controlplane token -data FOLDER -uid UID [flags]; -help tells the flags")
	}
	if err := os.Chdir(*data); err != nil {
		return err
	}
	token, err := serviceAccountToken(*namespace, *name, *uid, time.Now().Add(*lifetime))
	if err == nil {
		fmt.Println(token)
	}
	return err
}
