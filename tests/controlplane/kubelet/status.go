package kubelet

import (
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const (
	imagePullBackOff = "ImagePullBackOff"
	crashLoopBackOff = "CrashLoopBackOff"
	restarts         = 5 // of a container that crashes: as many as it takes to see that it will not work
)

// nextStatus tells how a Pod that has a node is doing now, and after how long that may be different.
func nextStatus(pod *v1.Pod, now metav1.Time) (*v1.PodStatus, time.Duration) {
	status := pod.Status.DeepCopy()
	if status.StartTime == nil {
		status.StartTime = ptr.To(now.Rfc3339Copy()) // to the second, as it is when it is read again
		status.HostIP, status.HostIPs = nodeAddress, []v1.HostIP{{IP: nodeAddress}}
		status.PodIP = address(pod)
		status.PodIPs = []v1.PodIP{{IP: status.PodIP}}
	}
	w := &watcher{pod: pod, started: *status.StartTime, left: now.Sub(status.StartTime.Time)}
	status.InitContainerStatuses = nil
	for _, container := range pod.Spec.InitContainers {
		sidecar := container.RestartPolicy != nil && *container.RestartPolicy == v1.ContainerRestartPolicyAlways
		status.InitContainerStatuses = append(status.InitContainerStatuses, w.look(container, true, sidecar))
	}
	initialised := !w.held
	status.ContainerStatuses = nil
	for _, container := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, w.look(container, false, false))
	}

	status.Phase = w.phase(initialised)
	reason := ""
	switch {
	case status.Phase == v1.PodSucceeded:
		reason = "PodCompleted"
	case status.Phase == v1.PodFailed:
		reason = "PodFailed"
	case w.unready > 0:
		reason = "ContainersNotReady"
	}
	ready := truth(reason == "")
	setCondition(status, v1.PodCondition{Type: v1.PodInitialized, Status: truth(initialised)})
	setCondition(status, v1.PodCondition{Type: v1.ContainersReady, Status: ready, Reason: reason})
	setCondition(status, v1.PodCondition{Type: v1.PodReady, Status: ready, Reason: reason})
	return status, w.again
}

func truth(value bool) v1.ConditionStatus {
	if value {
		return v1.ConditionTrue
	}
	return v1.ConditionFalse
}

// watcher looks at the containers of a Pod, in their order.
type watcher struct {
	pod     *v1.Pod
	started metav1.Time
	left    time.Duration // of the time that has passed, what init containers did not use
	again   time.Duration // when to look again, if ever
	held    bool          // an init container is not through: nothing after it begins

	running, waiting, succeeded, failed, unready int
}

// look gives the status of a container: all begin at once but those that init containers hold up.
func (w *watcher) look(container v1.Container, initial, sidecar bool) v1.ContainerStatus {
	does := behaviourOf(container.Image)
	ends := (initial && !sidecar) || (!initial && w.pod.Spec.RestartPolicy != v1.RestartPolicyAlways)
	restarted := sidecar || w.pod.Spec.RestartPolicy != v1.RestartPolicyNever
	status := v1.ContainerStatus{Name: container.Name, Image: container.Image, ImageID: container.Image, Started: ptr.To(false)}
	wait := func(reason, message string) {
		w.waiting++
		status.State.Waiting = &v1.ContainerStateWaiting{Reason: reason, Message: message}
	}
	terminated := func(code int32, reason string) *v1.ContainerStateTerminated {
		finished := metav1.NewTime(w.started.Add(does.slow)).Rfc3339Copy()
		return &v1.ContainerStateTerminated{ExitCode: code, Reason: reason, StartedAt: w.started, FinishedAt: finished}
	}
	through := false
	switch {
	case w.held:
		wait("PodInitializing", "")
	case does.missing:
		wait(imagePullBackOff, fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %[1]s: not found", container.Image))
	case does.crashes && restarted:
		w.running++
		status.State.Waiting = &v1.ContainerStateWaiting{Reason: crashLoopBackOff, Message: fmt.Sprintf(
			"back-off 5m0s restarting failed container=%s pod=%s_%s", container.Name, w.pod.Name, w.pod.Namespace)}
		status.LastTerminationState.Terminated = terminated(does.code, "Error")
		status.RestartCount = restarts
	case does.crashes:
		w.failed++
		status.State.Terminated = terminated(does.code, "Error")
	case does.stuck || w.isSlow(does.slow):
		w.running++
		status.State.Running = &v1.ContainerStateRunning{StartedAt: w.started}
		status.Started = ptr.To(true)
	case ends:
		through = true
		if !initial {
			w.succeeded++
		}
		status.State.Terminated = terminated(0, "Completed")
		status.Ready = initial
	default:
		through = true
		if !initial {
			w.running++
		}
		status.State.Running = &v1.ContainerStateRunning{StartedAt: w.started}
		status.Started, status.Ready = ptr.To(true), true
	}
	if initial {
		w.held = w.held || !through
		w.left -= does.slow
	} else if !status.Ready {
		w.unready++
	}
	return status
}

// isSlow tells whether a container that takes so long is still at it, and has the Pod looked at again. The
// time at which a Pod started is known to the second.
func (w *watcher) isSlow(takes time.Duration) bool {
	left := takes + time.Second - w.left
	if takes == 0 || left <= 0 {
		return false
	}
	if w.again == 0 || left < w.again {
		w.again = left
	}
	return true
}

func (w *watcher) phase(initialised bool) v1.PodPhase {
	switch {
	case !initialised && w.failed > 0:
		return v1.PodFailed
	case !initialised || (w.waiting > 0 && w.running == 0):
		return v1.PodPending
	case w.running > 0 || w.waiting > 0:
		return v1.PodRunning
	case w.failed > 0:
		return v1.PodFailed
	}
	return v1.PodSucceeded
}
