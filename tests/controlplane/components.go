package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	controllersconfig "k8s.io/kubernetes/cmd/kube-controller-manager/app/config"
	controllersoptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
)

const issuer = "https://kubernetes.default.svc"

// The API server reaches addresses inside the cluster (Services, nodes) through the fake kubelet, which
// takes HTTP CONNECT on this socket. A Unix socket's full name may have 107 bytes; this one is always short.
const (
	clusterSocket = "cluster.sock"
	egress        = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport: {uds: {udsName: /proc/self/cwd/` + clusterSocket + `}}
`
)

func apiServerArguments(s settings) []string {
	host, _, _ := net.SplitHostPort(s.address)
	arguments := []string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=" + host,
		"--advertise-address=" + host,
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=server.crt",
		"--tls-private-key-file=server.key",
		"--client-ca-file=ca.crt",
		"--token-auth-file=tokens.csv",
		"--authorization-mode=RBAC",
		"--service-account-issuer=" + issuer,
		"--service-account-key-file=sa.key",
		"--service-account-signing-key-file=sa.key",
		"--api-audiences=" + issuer,
		"--service-cluster-ip-range=10.0.0.0/16",
		"--allow-privileged=true",
	}
	if s.emulate != "" {
		arguments = append(arguments, "--emulated-version="+s.emulate)
	}
	if s.nodes > 0 {
		arguments = append(arguments, "--egress-selector-config-file=egress.yaml")
	}
	return append(arguments, s.apiServerArguments...)
}

func controllersArguments(s settings) []string {
	return append([]string{
		"--kubeconfig=admin.kubeconfig",
		"--leader-elect=false",
		"--secure-port=0",
		"--use-service-account-credentials=false",
		"--service-account-private-key-file=sa.key",
		"--root-ca-file=ca.crt",
		"--pvclaimbinder-sync-period=2s",
		"--resource-quota-sync-period=30s",
		"--namespace-sync-period=30s",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		// those that need real nodes, and certificates that nobody asks for
		"--controllers=*,-node-lifecycle-controller,-node-ipam-controller,-taint-eviction-controller," +
			"-persistentvolume-attach-detach-controller,-ttl-controller,-certificatesigningrequest-signing-controller," +
			"-certificatesigningrequest-approving-controller,-certificatesigningrequest-cleaner-controller",
	}, s.controllerFlags...)
}

// components are the API server and the controllers, configured and not yet run.
type components struct {
	apiServer   apiserveroptions.CompletedOptions
	controllers *controllersoptions.KubeControllerManagerOptions
}

// configure makes both sets of options before any flag (making flags closes the feature gates, which both
// share) and sets the gates once. The ready-made commands of both cannot be used: each installs a handler
// of signals, which a process may do once.
func configure(s settings, listener net.Listener) (*components, error) {
	if err := os.WriteFile("egress.yaml", []byte(egress), 0o600); err != nil {
		return nil, err
	}
	server := apiserveroptions.NewServerRunOptions()
	manager, err := controllersoptions.NewKubeControllerManagerOptions()
	if err != nil {
		return nil, err
	}
	serverFlags := server.Flags()
	if err := parse(serverFlags, apiServerArguments(s)); err != nil {
		return nil, fmt.Errorf("kube-apiserver: %w", err)
	}
	server.SecureServing.Listener = listener
	server.SecureServing.BindPort = listener.Addr().(*net.TCPAddr).Port
	server.Authentication.TokenSuccessCacheTTL = 0 // a token ends when it ends, not up to ten seconds later
	managerFlags := manager.Flags(controllers.KnownControllers(), controllers.ControllersDisabledByDefault(), controllers.ControllerAliases())
	if err := parse(managerFlags, controllersArguments(s)); err != nil {
		return nil, fmt.Errorf("kube-controller-manager: %w", err)
	}
	if err := server.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return nil, err
	}
	if err := logsapi.ValidateAndApply(server.Logs, nil); err != nil {
		return nil, err
	}
	completed, err := server.Complete(context.Background())
	if err != nil {
		return nil, err
	}
	return &components{completed, manager}, errors.Join(completed.Validate()...)
}

func (c *components) runAPIServer(ctx context.Context) error {
	return apiserver.Run(ctx, c.apiServer)
}

func (c *components) runControllers(ctx context.Context) error {
	config, err := c.controllersConfig(ctx)
	if err != nil {
		return err
	}
	return controllers.Run(ctx, config.Complete())
}

// controllersConfig takes either signature that Config has had: it got a context in Kubernetes 1.34.
func (c *components) controllersConfig(ctx context.Context) (*controllersconfig.Config, error) {
	all, off, aliases := controllers.KnownControllers(), controllers.ControllersDisabledByDefault(), controllers.ControllerAliases()
	switch config := any(c.controllers.Config).(type) {
	case func(context.Context, []string, []string, map[string]string) (*controllersconfig.Config, error):
		return config(ctx, all, off, aliases)
	case func([]string, []string, map[string]string) (*controllersconfig.Config, error):
		return config(all, off, aliases)
	}
	return nil, errors.New("this Kubernetes makes the configuration of its controllers in a third way")
}

func parse(sets cliflag.NamedFlagSets, arguments []string) error {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.Usage = func() {}
	for _, set := range sets.FlagSets {
		flags.AddFlagSet(set)
	}
	return flags.Parse(arguments)
}

// listen opens the API server's port. One that was killed a moment ago may still have it.
func listen(address string) (net.Listener, error) {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		listener, err := net.Listen("tcp4", address)
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(deadline) {
			return listener, err
		}
	}
}
