package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	restclient "k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"go.etcd.io/etcd/server/v3/embed"

	"mistpm.dev/tests/controlplane/kubelet"
)

// controlPlane is one that runs.
type controlPlane struct {
	etcd        *embed.Etcd
	apiServer   *component
	controllers *component
	failed      chan error
}

// component is a part of Kubernetes that runs until its context ends.
type component struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
}

// launch runs a part; that it ends before it was told to is a failure of the whole.
func (p *controlPlane) launch(name string, run func(context.Context) error) *component {
	ctx, cancel := context.WithCancel(context.Background())
	c := &component{name: name, cancel: cancel, done: make(chan struct{})}
	go func() {
		err := run(ctx)
		close(c.done)
		if ctx.Err() == nil {
			p.failed <- fmt.Errorf("%s ended: %w", name, cmp.Or(err, errors.New("nobody told it to")))
		}
	}()
	return c
}

// stop ends a part and waits for that.
func (c *component) stop(patience time.Duration) error {
	c.cancel()
	select {
	case <-c.done:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("%s does not stop within %v", c.name, patience)
	}
}

// start brings everything up, in the order in which each part needs the others, and returns when Pods can run.
func start(ctx context.Context, s settings) (*controlPlane, error) {
	plane := &controlPlane{failed: make(chan error, 2)}
	listener, err := listen(s.address)
	if err != nil {
		return nil, err
	}
	if err := makeCredentials(s.address); err != nil {
		return nil, err
	}
	if plane.etcd, err = startEtcd(); err != nil {
		return nil, err
	}
	components, err := configure(s, listener)
	if err != nil {
		return nil, err
	}
	plane.apiServer = plane.launch("kube-apiserver", components.runAPIServer)

	client, err := adminClient()
	if err != nil {
		return nil, err
	}
	if err := plane.wait(ctx, func(ctx context.Context) bool {
		_, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		return err == nil
	}); err != nil {
		return nil, err
	}
	if s.controllers {
		plane.controllers = plane.launch("kube-controller-manager", components.runControllers)
	}
	if s.nodes > 0 {
		authority, err := readAuthority()
		if err != nil {
			return nil, err
		}
		if err := kubelet.Start(ctx, client, s.nodes, clusterSocket, authority.serving); err != nil {
			return nil, err
		}
	}
	if s.controllers { // they work once every namespace gets the account that its Pods need
		return plane, plane.wait(ctx, func(ctx context.Context) bool {
			_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
			return err == nil
		})
	}
	return plane, nil
}

// stop ends the parts, each before those that it needs.
func (p *controlPlane) stop() error {
	var failures []error
	if p.controllers != nil {
		failures = append(failures, p.controllers.stop(2*time.Second))
	}
	failures = append(failures, p.apiServer.stop(5*time.Second))
	p.etcd.Close()
	return errors.Join(failures...)
}

// wait polls until something is so, or until a part fails or the context ends.
func (p *controlPlane) wait(ctx context.Context, isSo func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return wait.PollUntilContextCancel(ctx, 10*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		select {
		case err := <-p.failed:
			return false, err
		default:
		}
		once, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		return isSo(once), nil
	})
}

// adminClient may ask as often as it likes.
func adminClient() (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", "admin.kubeconfig")
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	config.WarningHandler = restclient.NoWarnings{}
	return kubernetes.NewForConfig(config)
}
