package kubelet

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// kubeletPort and nodeAddress are where the API server believes that nodes serve logs. The address is one
// for documentation, which no machine has.
const (
	kubeletPort = 10250
	nodeAddress = "192.0.2.1"
)

// makeNode registers a node with room for everything. One that is there stays as it is.
func (k *Kubelet) makeNode(ctx context.Context, name string) (*v1.Node, error) {
	nodes := k.client.CoreV1().Nodes()
	node, err := nodes.Create(ctx, &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
		v1.LabelHostname:   name,
		v1.LabelOSStable:   "linux",
		v1.LabelArchStable: "amd64",
	}}}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nodes.Get(ctx, name, metav1.GetOptions{})
	}
	if err != nil {
		return nil, err
	}
	node.Spec.Taints = nil // admission put `not-ready` there, and no controller here takes it away
	if node, err = nodes.Update(ctx, node, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	room := v1.ResourceList{
		v1.ResourceCPU:    resource.MustParse("64"),
		v1.ResourceMemory: resource.MustParse("256Gi"),
		v1.ResourcePods:   resource.MustParse("1000"),
	}
	now := metav1.Now()
	node.Status = v1.NodeStatus{
		Capacity:    room,
		Allocatable: room,
		Conditions: []v1.NodeCondition{{
			Type: v1.NodeReady, Status: v1.ConditionTrue, Reason: "KubeletReady",
			LastHeartbeatTime: now, LastTransitionTime: now,
		}},
		Addresses:       []v1.NodeAddress{{Type: v1.NodeInternalIP, Address: nodeAddress}},
		DaemonEndpoints: v1.NodeDaemonEndpoints{KubeletEndpoint: v1.DaemonEndpoint{Port: kubeletPort}},
		NodeInfo:        v1.NodeSystemInfo{KubeletVersion: "v0.0.0-fake", OperatingSystem: "linux", Architecture: "amd64"},
	}
	return nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{})
}

// nodeFor chooses a node: the one that a DaemonSet names, else one of those with the labels that the Pod
// selects. It knows nothing of resources, taints and other affinities. Without a node it tells why.
func (k *Kubelet) nodeFor(pod *v1.Pod) (*v1.Node, string) {
	named := daemonSetNode(pod)
	var fitting []*v1.Node
	for _, node := range k.nodes {
		if (named == "" || named == node.Name) && hasLabels(node, pod.Spec.NodeSelector) {
			fitting = append(fitting, node)
		}
	}
	if len(fitting) == 0 {
		return nil, fmt.Sprintf("0/%d nodes are available: %[1]d node(s) didn't match Pod's node affinity/selector.", len(k.nodes))
	}
	return fitting[hash(string(pod.UID))%uint32(len(fitting))], ""
}

func daemonSetNode(pod *v1.Pod) string {
	affinity := pod.Spec.Affinity
	if affinity == nil || affinity.NodeAffinity == nil || affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	for _, term := range affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, field := range term.MatchFields {
			if field.Key == metav1.ObjectNameField && len(field.Values) == 1 {
				return field.Values[0]
			}
		}
	}
	return ""
}

func hasLabels(node *v1.Node, wanted map[string]string) bool {
	for label, value := range wanted {
		if found, there := node.Labels[label]; !there || found != value {
			return false
		}
	}
	return true
}
