package kubelet

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	admissionv1 "k8s.io/api/admission/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// nodeHandler is what a kubelet serves: logs. A container logs its arguments, one a line, and that is all
// that it ever logs: with `previous` and with `follow` too.
func (k *Kubelet) nodeHandler() http.Handler {
	handler := http.NewServeMux()
	handler.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		pod, err := k.pods.Pods(r.PathValue("namespace")).Get(r.PathValue("pod"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		lines, err := logOf(pod, r.PathValue("container"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if tail, err := strconv.Atoi(r.FormValue("tailLines")); err == nil && tail < len(lines) {
			lines = lines[len(lines)-tail:]
		}
		for _, line := range lines {
			fmt.Fprintln(w, line)
		}
	})
	return handler
}

func logOf(pod *v1.Pod, name string) ([]string, error) {
	for _, container := range slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers) {
		if container.Name != name {
			continue
		}
		if behaviourOf(container.Image).missing {
			return nil, fmt.Errorf("container %q in pod %q is waiting to start: trying and failing to pull image", name, pod.Name)
		}
		return container.Args, nil
	}
	return nil, fmt.Errorf("container %s not found in pod %s", name, pod.Name)
}

// podHandler is what Pods serve, whatever they are: any API that an APIService has the API server send here
// is there, with no objects; and an admission webhook has no objections.
func podHandler() http.Handler {
	handler := http.NewServeMux()
	handler.HandleFunc("GET /apis/{group}/{version}", func(w http.ResponseWriter, r *http.Request) {
		version := r.PathValue("group") + "/" + r.PathValue("version")
		answer(w, metav1.APIResourceList{
			TypeMeta:     metav1.TypeMeta{APIVersion: "v1", Kind: "APIResourceList"},
			GroupVersion: version,
			APIResources: resourcesOf(r.PathValue("group")),
		})
	})
	handler.HandleFunc("GET /apis/{group}/{version}/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{
			"apiVersion": r.PathValue("group") + "/" + r.PathValue("version"),
			"kind":       "List",
			"metadata":   map[string]any{},
			"items":      []any{},
		})
	})
	handler.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		var review admissionv1.AdmissionReview
		if err != nil || json.Unmarshal(text, &review) != nil || review.Request == nil {
			http.Error(w, "not an AdmissionReview", http.StatusBadRequest)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
		review.Request = nil
		answer(w, review)
	})
	return handler
}

// resourcesOf tells what an aggregated API has, where that is known.
func resourcesOf(group string) []metav1.APIResource {
	if group != "metrics.k8s.io" {
		return []metav1.APIResource{}
	}
	verbs := metav1.Verbs{"get", "list"}
	return []metav1.APIResource{
		{Name: "nodes", Kind: "NodeMetrics", Verbs: verbs},
		{Name: "pods", Kind: "PodMetrics", Namespaced: true, Verbs: verbs},
	}
}

func answer(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(document)
}
