"""An environment on a Kubernetes cluster; `specs/cluster-target.md` is its page."""
