package main

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// The sockets are in the data folder, which nobody else can enter. etcd 3.5 refuses names without a port.
const (
	etcdSocket = "etcd.sock:1"
	peerSocket = "peer.sock:1"
	etcdURL    = "unix://" + etcdSocket
	peerURL    = "unix://" + peerSocket
)

// startEtcd serves the store. It is configured through a file because the names of embed.Config's fields
// differ between etcd 3.5 and 3.6. It does not flush to the disk: data survives the end of the process,
// not that of the machine.
func startEtcd() (*embed.Etcd, error) {
	for _, socket := range []string{etcdSocket, peerSocket} {
		if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	text, err := json.Marshal(map[string]any{
		"name":                        "default",
		"data-dir":                    "etcd",
		"listen-client-urls":          etcdURL,
		"advertise-client-urls":       etcdURL,
		"listen-peer-urls":            peerURL,
		"initial-advertise-peer-urls": peerURL,
		"initial-cluster":             "default=" + peerURL,
		"unsafe-no-fsync":             true,
		"quota-backend-bytes":         2 << 30,
		"log-level":                   "warn",
		"log-outputs":                 []string{"stderr"},
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile("etcd.json", text, 0o600); err != nil {
		return nil, err
	}
	config, err := embed.ConfigFromFile("etcd.json")
	if err != nil {
		return nil, err
	}
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		return nil, err
	case <-time.After(time.Minute):
		return nil, errors.New("etcd is not ready after a minute")
	}
}
