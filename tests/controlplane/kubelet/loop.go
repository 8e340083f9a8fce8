package kubelet

import (
	"context"
	"fmt"
	"os"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// loop brings objects where they belong: sync gets the namespace and name of one after each change of it,
// never at the same time as before, and again with growing delay after an error.
type loop struct {
	noun  string
	sync  func(ctx context.Context, namespace, name string) error
	queue workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

// newLoop takes the objects of an informer.
func newLoop(noun string, informer cache.SharedIndexInformer, sync func(ctx context.Context, namespace, name string) error) *loop {
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[cache.ObjectName](5*time.Millisecond, time.Second)
	l := &loop{noun, sync, workqueue.NewTypedRateLimitingQueue(limiter)}
	add := func(object any) {
		if name, err := cache.ObjectToName(object); err == nil {
			l.queue.Add(name)
		}
	}
	informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    add,
		UpdateFunc: func(_, object any) { add(object) },
	})
	return l
}

// after looks at a Pod again, even if it does not change.
func (l *loop) after(pod *v1.Pod, wait time.Duration) {
	l.queue.AddAfter(cache.MetaObjectToName(pod), wait)
}

func (l *loop) run(ctx context.Context, workers int) {
	context.AfterFunc(ctx, l.queue.ShutDown)
	for range workers {
		go func() {
			for {
				name, ended := l.queue.Get()
				if ended {
					return
				}
				l.once(ctx, name)
				l.queue.Done(name)
			}
		}()
	}
}

func (l *loop) once(ctx context.Context, name cache.ObjectName) {
	err := l.sync(ctx, name.Namespace, name.Name)
	if err == nil || apierrors.IsNotFound(err) || ctx.Err() != nil {
		l.queue.Forget(name)
		return
	}
	if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) { // it changed meanwhile, and comes again
		fmt.Fprintf(os.Stderr, "kubelet: %s %s: %v\n", l.noun, name, err)
	}
	l.queue.AddRateLimited(name)
}
