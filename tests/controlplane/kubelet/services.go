package kubelet

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// syncService gives a Service of type LoadBalancer an address, from those for documentation. A class of load
// balancers that the Service asks for is not there.
func (k *Kubelet) syncService(ctx context.Context, namespace, name string) error {
	service, err := k.services.Services(namespace).Get(name)
	if err != nil {
		return err
	}
	if service.Spec.Type != v1.ServiceTypeLoadBalancer || service.Spec.LoadBalancerClass != nil || len(service.Status.LoadBalancer.Ingress) > 0 {
		return nil
	}
	changed := service.DeepCopy()
	address := fmt.Sprintf("203.0.113.%d", 1+hash(string(service.UID))%254)
	changed.Status.LoadBalancer.Ingress = []v1.LoadBalancerIngress{{IP: address}}
	_, err = k.client.CoreV1().Services(namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	return err
}
