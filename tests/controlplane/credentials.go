package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
)

// users have a kubeconfig each, with a token; the others than admin have no rights until something is bound.
var users = []struct{ name, group string }{
	{"admin", "system:masters"},
	{"developer", "developers"},
	{"viewer", "viewers"},
}

// makeCredentials makes the authority, the keys, the tokens and the kubeconfigs of a new control plane.
// One that starts again keeps them, so that its clients need not know.
func makeCredentials(address string) error {
	if _, err := os.Stat("complete"); err == nil {
		return nil
	}
	authority, err := newAuthority()
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	server, err := authority.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.ParseIP(host), net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
	})
	if err != nil {
		return err
	}
	client, err := authority.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "certified", Organization: []string{"system:masters"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return err
	}
	accounts, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	files := map[string]string{
		"ca.crt":     certificatePEM(authority.certificate.Raw),
		"ca.key":     keyPEM(authority.key),
		"server.crt": certificatePEM(server.Certificate[0]),
		"server.key": keyPEM(server.PrivateKey),
		"sa.key":     keyPEM(accounts),
		"certified.kubeconfig": kubeconfig(address, authority, map[string]string{
			"client-certificate-data": base64.StdEncoding.EncodeToString([]byte(certificatePEM(client.Certificate[0]))),
			"client-key-data":         base64.StdEncoding.EncodeToString([]byte(keyPEM(client.PrivateKey))),
		}),
	}
	for _, user := range users {
		token := rand.Text()
		files["tokens.csv"] += fmt.Sprintf("%s,%s,%s,%s\n", token, user.name, user.name, user.group)
		files[user.name+".kubeconfig"] = kubeconfig(address, authority, map[string]string{"token": token})
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile("complete", nil, 0o600)
}

// kubeconfig is written as JSON, which is YAML too.
func kubeconfig(address string, authority *authority, user map[string]string) string {
	text, err := json.MarshalIndent(map[string]any{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": "test",
		"contexts": []any{map[string]any{
			"name": "test", "context": map[string]string{"cluster": "test", "user": "test", "namespace": "default"},
		}},
		"clusters": []any{map[string]any{"name": "test", "cluster": map[string]string{
			"server":                     "https://" + address,
			"certificate-authority-data": base64.StdEncoding.EncodeToString([]byte(certificatePEM(authority.certificate.Raw))),
		}}},
		"users": []any{map[string]any{"name": "test", "user": user}},
	}, "", "  ")
	if err != nil {
		panic(err) // there is nothing in it that JSON has not
	}
	return string(text) + "\n"
}
