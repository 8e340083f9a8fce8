// Package kubelet stands in for all that a cluster has beside its control plane: nodes, the scheduler,
// containers and their logs, a provisioner of volumes, and the network behind Services.
//
// Nothing is run. What a container would do is read off the name of its image (see behaviour.go).
package kubelet

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedv1 "k8s.io/client-go/kubernetes/typed/core/v1"
	listersv1 "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/record"
)

// Kubelet is the stand-in for all nodes of one control plane.
type Kubelet struct {
	client   kubernetes.Interface
	nodes    []*v1.Node
	pods     listersv1.PodLister
	services listersv1.ServiceLister
	claims   listersv1.PersistentVolumeClaimLister
	volumes  listersv1.PersistentVolumeLister
	events   record.EventRecorder
	again    func(pod *v1.Pod, wait time.Duration)
}

// Start makes nodes and serves them until the context ends; socket is where connections to addresses inside
// the cluster are taken, with certificates that certify makes for a server's name.
func Start(ctx context.Context, client kubernetes.Interface, nodes int, socket string, certify func(name string) (*tls.Certificate, error)) error {
	shared := informers.NewSharedInformerFactory(client, 0)
	core := shared.Core().V1()
	k := &Kubelet{
		client:   client,
		pods:     core.Pods().Lister(),
		services: core.Services().Lister(),
		claims:   core.PersistentVolumeClaims().Lister(),
		volumes:  core.PersistentVolumes().Lister(),
	}
	for number := range nodes {
		node, err := k.makeNode(ctx, fmt.Sprintf("fake-%d", number))
		if err != nil {
			return err
		}
		k.nodes = append(k.nodes, node)
	}
	if err := k.makeStorageClasses(ctx); err != nil {
		return err
	}

	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&typedv1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	k.events = broadcaster.NewRecorder(scheme.Scheme, v1.EventSource{Component: "kubelet"})

	pods := newLoop("pod", core.Pods().Informer(), k.syncPod)
	k.again = pods.after
	services := newLoop("service", core.Services().Informer(), k.syncService)
	claims := newLoop("claim", core.PersistentVolumeClaims().Informer(), k.syncClaim)
	volumes := newLoop("volume", core.PersistentVolumes().Informer(), k.syncVolume)
	network := newNetwork(k, shared.Discovery().V1().EndpointSlices().Lister(), certify)
	if err := network.listen(ctx, socket); err != nil {
		return err
	}

	shared.Start(ctx.Done())
	shared.WaitForCacheSync(ctx.Done())
	pods.run(ctx, 4)
	for _, each := range []*loop{services, claims, volumes} {
		each.run(ctx, 1)
	}
	return nil
}
