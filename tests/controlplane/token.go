package main

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"time"
)

// leeway is how long after a token's end the API server still accepts it.
const leeway = time.Minute

// serviceAccountToken signs a token that the API server accepts until a given time: such as TokenRequest
// gives, but that has them live ten minutes at least.
func serviceAccountToken(namespace, name, uid string, end time.Time) (string, error) {
	text, err := os.ReadFile("sa.key")
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return "", errors.New("sa.key holds no key")
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return "", err
	}
	expiry := end.Add(-leeway)
	claims, err := json.Marshal(map[string]any{
		"iss": issuer,
		"aud": []string{issuer},
		"sub": "system:serviceaccount:" + namespace + ":" + name,
		"iat": expiry.Add(-time.Hour).Unix(),
		"nbf": expiry.Add(-time.Hour).Unix(),
		"exp": expiry.Unix(),
		"kubernetes.io": map[string]any{
			"namespace":      namespace,
			"serviceaccount": map[string]string{"name": name, "uid": uid},
		},
	})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"ES256"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return signed + "." + encode(signature), nil
}
