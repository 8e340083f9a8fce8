package kubelet

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// syncPod does for one Pod what scheduler and kubelet would do next.
func (k *Kubelet) syncPod(ctx context.Context, namespace, name string) error {
	pod, err := k.pods.Pods(namespace).Get(name)
	switch {
	case err != nil:
		return err
	case pod.DeletionTimestamp != nil:
		return k.endPod(ctx, pod)
	case pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed:
		return nil
	case pod.Spec.NodeName == "":
		return k.schedule(ctx, pod)
	}
	status, again := nextStatus(pod, metav1.Now())
	if again > 0 {
		k.again(pod, again)
	}
	return k.writeStatus(ctx, pod, status)
}

// endPod takes a Pod away that is being deleted, without any grace.
func (k *Kubelet) endPod(ctx context.Context, pod *v1.Pod) error {
	for _, container := range pod.Spec.Containers {
		if behaviourOf(container.Image).unkillable {
			return nil
		}
	}
	return k.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: ptr.To(int64(0)),
		Preconditions:      metav1.NewUIDPreconditions(string(pod.UID)),
	})
}

// schedule gives a Pod a node once its volumes are there.
func (k *Kubelet) schedule(ctx context.Context, pod *v1.Pod) error {
	if len(pod.Spec.SchedulingGates) > 0 {
		return nil
	}
	node, obstacle := k.nodeFor(pod)
	if node != nil {
		var err error
		if obstacle, err = k.claimVolumes(ctx, pod, node.Name); err != nil {
			return err
		}
	}
	if obstacle == "" {
		return k.client.CoreV1().Pods(pod.Namespace).Bind(ctx, &v1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, UID: pod.UID},
			Target:     v1.ObjectReference{Kind: "Node", Name: node.Name},
		}, metav1.CreateOptions{})
	}
	status := pod.Status.DeepCopy()
	setCondition(status, v1.PodCondition{Type: v1.PodScheduled, Status: v1.ConditionFalse, Reason: v1.PodReasonUnschedulable, Message: obstacle})
	k.again(pod, 100*time.Millisecond) // what it waits for may come
	return k.writeStatus(ctx, pod, status)
}

// writeStatus stores a status that differs from the present one, and tells of what went wrong in an event.
func (k *Kubelet) writeStatus(ctx context.Context, pod *v1.Pod, status *v1.PodStatus) error {
	if apiequality.Semantic.DeepEqual(*status, pod.Status) {
		return nil
	}
	changed := pod.DeepCopy()
	changed.Status = *status
	if _, err := k.client.CoreV1().Pods(pod.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if condition := findCondition(status, v1.PodScheduled); condition != nil && condition.Status == v1.ConditionFalse {
		k.events.Event(pod, v1.EventTypeWarning, "FailedScheduling", condition.Message)
	}
	for _, container := range slices.Concat(status.InitContainerStatuses, status.ContainerStatuses) {
		if waiting := container.State.Waiting; waiting != nil && waiting.Reason == imagePullBackOff {
			k.events.Event(pod, v1.EventTypeWarning, "Failed", waiting.Message)
		} else if waiting != nil && waiting.Reason == crashLoopBackOff {
			k.events.Event(pod, v1.EventTypeWarning, "BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s", container.Name, pod.Name))
		}
	}
	return nil
}

func findCondition(status *v1.PodStatus, kind v1.PodConditionType) *v1.PodCondition {
	for index := range status.Conditions {
		if status.Conditions[index].Type == kind {
			return &status.Conditions[index]
		}
	}
	return nil
}

// setCondition changes the time of a condition only where something changes.
func setCondition(status *v1.PodStatus, wanted v1.PodCondition) {
	wanted.LastTransitionTime = metav1.Now()
	found := findCondition(status, wanted.Type)
	switch {
	case found == nil:
		status.Conditions = append(status.Conditions, wanted)
	case found.Status != wanted.Status || found.Reason != wanted.Reason || found.Message != wanted.Message:
		*found = wanted
	}
}

// address is what a Pod has for an address; the network answers only for Services and nodes.
func address(pod *v1.Pod) string {
	bits := hash(string(pod.UID))
	return fmt.Sprintf("10.%d.%d.%d", 128+bits>>16&127, bits>>8&255, bits&255)
}

func hash(text string) uint32 {
	sum := fnv.New32a()
	sum.Write([]byte(text))
	return sum.Sum32()
}
