package kubelet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	listersv1 "k8s.io/client-go/listers/core/v1"
	discoverylistersv1 "k8s.io/client-go/listers/discovery/v1"
)

// network answers what the API server asks of addresses inside the cluster. It takes HTTP CONNECT, as the
// proxy of the API server, and hands each connection to the server that is at the address: the nodes' own,
// or the Pods behind a Service. So nothing listens on an address of the machine, no two control planes are
// in each other's way, and a Service without a ready Pod cannot be reached.
type network struct {
	services  listersv1.ServiceLister
	endpoints discoverylistersv1.EndpointSliceLister
	atNodes   *handover
	atPods    *handover
}

func newNetwork(k *Kubelet, endpoints discoverylistersv1.EndpointSliceLister, certify func(string) (*tls.Certificate, error)) *network {
	certificates := &certificates{certify: certify, made: map[string]*tls.Certificate{}}
	return &network{
		services:  k.services,
		endpoints: endpoints,
		atNodes:   serveTLS(certificates, k.nodeHandler()),
		atPods:    serveTLS(certificates, podHandler()),
	}
}

// listen takes connections on a Unix socket until the context ends.
func (n *network) listen(ctx context.Context, socket string) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	go http.Serve(listener, n)
	return nil
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT is served here", http.StatusMethodNotAllowed)
		return
	}
	server, err := n.at(r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := fmt.Fprint(connection, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		connection.Close()
		return
	}
	server.connections <- connection
}

// at finds who is behind an address.
func (n *network) at(address string) (*handover, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if host == nodeAddress {
		return n.atNodes, nil
	}
	services, err := n.services.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	for _, service := range services {
		if service.Spec.ClusterIP == host {
			if err := n.reachable(service, port); err != nil {
				return nil, err
			}
			return n.atPods, nil
		}
	}
	return nil, fmt.Errorf("no route to host %s", host)
}

// reachable tells whether a Service has such a port, and a Pod that is ready.
func (n *network) reachable(service *v1.Service, port string) error {
	served := false
	for _, each := range service.Spec.Ports {
		served = served || strconv.Itoa(int(each.Port)) == port
	}
	if !served {
		return fmt.Errorf("service %s/%s has no port %s", service.Namespace, service.Name, port)
	}
	slices, err := n.endpoints.EndpointSlices(service.Namespace).List(labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name}))
	if err != nil {
		return err
	}
	for _, slice := range slices {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				return nil
			}
		}
	}
	return fmt.Errorf("no pod is ready behind service %s/%s", service.Namespace, service.Name)
}

// handover is a listener whose connections are given to it.
type handover struct {
	connections chan net.Conn
}

// serveTLS serves the connections that are handed over, for as long as the process lives.
func serveTLS(certificates *certificates, handler http.Handler) *handover {
	h := &handover{make(chan net.Conn)}
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{GetCertificate: certificates.of}, ReadHeaderTimeout: time.Minute}
	go server.ServeTLS(h, "", "")
	return h
}

func (h *handover) Accept() (net.Conn, error) { return <-h.connections, nil }
func (h *handover) Close() error              { return nil }
func (h *handover) Addr() net.Addr            { return &net.UnixAddr{Net: "unix"} }

// certificates are made for the name that a client asks for, once.
type certificates struct {
	certify func(name string) (*tls.Certificate, error)
	lock    sync.Mutex
	made    map[string]*tls.Certificate
}

func (c *certificates) of(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	name := hello.ServerName
	if name == "" {
		name = "node"
	}
	if c.made[name] == nil {
		certificate, err := c.certify(name)
		if err != nil {
			return nil, err
		}
		c.made[name] = certificate
	}
	return c.made[name], nil
}
