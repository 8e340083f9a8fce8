package kubelet

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// provisioner makes the volumes of the storage classes `standard` (the default one; at once) and `on-demand`
// (once a Pod needs them). The volumes are names only.
const (
	provisioner        = "fake.test/volumes"
	provisionerOfClaim = "volume.kubernetes.io/storage-provisioner"
	nodeOfClaim        = "volume.kubernetes.io/selected-node"
)

func (k *Kubelet) makeStorageClasses(ctx context.Context) error {
	for name, mode := range map[string]storagev1.VolumeBindingMode{
		"standard":  storagev1.VolumeBindingImmediate,
		"on-demand": storagev1.VolumeBindingWaitForFirstConsumer,
	} {
		class := &storagev1.StorageClass{
			ObjectMeta:        metav1.ObjectMeta{Name: name},
			Provisioner:       provisioner,
			VolumeBindingMode: &mode,
		}
		if name == "standard" {
			class.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
		}
		if _, err := k.client.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

// syncClaim makes the volume that a claim waits for; the volume controller names the provisioner of a claim
// when the time has come, and binds both.
func (k *Kubelet) syncClaim(ctx context.Context, namespace, name string) error {
	claim, err := k.claims.PersistentVolumeClaims(namespace).Get(name)
	if err != nil {
		return err
	}
	if claim.Annotations[provisionerOfClaim] != provisioner || claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil {
		return nil
	}
	_, err = k.client.CoreV1().PersistentVolumes().Create(ctx, &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "pvc-" + string(claim.UID),
			Annotations: map[string]string{"pv.kubernetes.io/provisioned-by": provisioner},
		},
		Spec: v1.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: claim.Spec.Resources.Requests[v1.ResourceStorage]},
			ClaimRef:                      &v1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: namespace, Name: name, UID: claim.UID},
			PersistentVolumeReclaimPolicy: v1.PersistentVolumeReclaimDelete,
			PersistentVolumeSource:        v1.PersistentVolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/nonexistent"}},
			StorageClassName:              ptr.Deref(claim.Spec.StorageClassName, ""),
			VolumeMode:                    claim.Spec.VolumeMode,
		},
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// syncVolume takes a volume of ours away whose claim is gone.
func (k *Kubelet) syncVolume(ctx context.Context, _, name string) error {
	volume, err := k.volumes.Get(name)
	if err != nil {
		return err
	}
	if volume.Annotations["pv.kubernetes.io/provisioned-by"] != provisioner || volume.Status.Phase != v1.VolumeReleased ||
		volume.Spec.PersistentVolumeReclaimPolicy != v1.PersistentVolumeReclaimDelete {
		return nil
	}
	return k.client.CoreV1().PersistentVolumes().Delete(ctx, name, metav1.DeleteOptions{})
}

// claimVolumes tells what keeps the volumes of a Pod from being there, if anything does. Claims that wait
// for their first Pod are told that it is here.
func (k *Kubelet) claimVolumes(ctx context.Context, pod *v1.Pod, node string) (string, error) {
	obstacle := ""
	for _, volume := range pod.Spec.Volumes {
		var name string
		switch {
		case volume.PersistentVolumeClaim != nil:
			name = volume.PersistentVolumeClaim.ClaimName
		case volume.Ephemeral != nil:
			name = pod.Name + "-" + volume.Name
		default:
			continue
		}
		claim, err := k.claims.PersistentVolumeClaims(pod.Namespace).Get(name)
		if apierrors.IsNotFound(err) {
			return fmt.Sprintf("persistentvolumeclaim %q not found", name), nil
		}
		if err != nil {
			return "", err
		}
		if claim.Status.Phase == v1.ClaimBound {
			continue
		}
		obstacle = fmt.Sprintf("pod has unbound PersistentVolumeClaim %q", name)
		if claim.Annotations[nodeOfClaim] == "" {
			changed := claim.DeepCopy()
			metav1.SetMetaDataAnnotation(&changed.ObjectMeta, nodeOfClaim, node)
			if _, err := k.client.CoreV1().PersistentVolumeClaims(pod.Namespace).Update(ctx, changed, metav1.UpdateOptions{}); err != nil {
				return "", err
			}
		}
	}
	return obstacle, nil
}
