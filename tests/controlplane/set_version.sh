#!/bin/sh
# Writes the module file for a version of Kubernetes, and its sums.
#
#   tests/controlplane/set_version.sh 1.37.1            into go.mod
#   tests/controlplane/set_version.sh 1.33.13 go-1.33.mod
#
# A new minor also gets a line in tests/support/control_plane_binary.py. Ask for an exact version: the
# newest are not always in the module proxy's list.
set -eu
cd "$(dirname "$0")"
version=$1
file=${2-go.mod}

upstream=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"GoMod": "\(.*\)",*/\1/p')
{
    echo "module mistpm.dev/tests/controlplane"
    echo
    grep '^go ' "$upstream"
    echo
    grep '^godebug ' "$upstream" || true
    echo
    echo "require ("
    grep '^[[:space:]]*go.etcd.io/etcd/server/v3 ' "$upstream"
    echo "	k8s.io/kubernetes v$version"
    echo ")"
    echo
    # the parts that Kubernetes is released in have versions of their own, 0.N for 1.N, and its module
    # file looks for them in its own folder
    echo "replace ("
    sed -n "s#^[[:space:]]*\(k8s.io/[a-z0-9-]*\) => ./staging.*#	\1 => \1 v0.${version#1.}#p" "$upstream"
    echo ")"
} >"$file"
go mod tidy -modfile="$file"
