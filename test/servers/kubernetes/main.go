// Kubernetes' own API server with etcd in the same process. There is no node and no controller: what is created here is
// checked and stored, and never runs.
//
//	kubernetes serve FOLDER PORT ETCD_PORT    until SIGTERM, on 127.0.0.1; FOLDER gets the data, a token and a certificate
//	kubernetes answers FOLDER PORT            exits with 0 when the server is ready
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 5 && os.Args[1] == "serve":
		err = serve(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 4 && os.Args[1] == "answers":
		err = answers(os.Args[2], os.Args[3])
	default:
		err = fmt.Errorf("found %q, expected serve FOLDER PORT ETCD_PORT, or answers FOLDER PORT", os.Args[1:])
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "kubernetes: %v\n", err)
		os.Exit(1)
	}
}

func serve(folder, port, etcdPort string) error {
	key, token, err := credentials(folder)
	if err != nil {
		return err
	}
	etcd, err := startEtcd(filepath.Join(folder, "etcd"), etcdPort)
	if err != nil {
		return err
	}
	defer etcd.Close()
	server := app.NewAPIServerCommand()
	server.SetArgs([]string{
		"--etcd-servers=http://127.0.0.1:" + etcdPort,
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + port,
		"--cert-dir=" + filepath.Join(folder, "certificates"),
		"--token-auth-file=" + token, "--anonymous-auth=false", "--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + key, "--service-account-signing-key-file=" + key,
		"--service-cluster-ip-range=10.96.0.0/16",
		// Its endpoint would be 127.0.0.1, which no reconciler takes.
		"--endpoint-reconciler-type=none",
	})
	return server.Execute()
}

func startEtcd(folder, port string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = folder
	config.LogLevel = "warn"
	client := url.URL{Scheme: "http", Host: "127.0.0.1:" + port}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	// Nobody joins it: any free port will do.
	config.ListenPeerUrls = []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err = <-etcd.Err():
	case <-time.After(time.Minute):
		err = fmt.Errorf("etcd is not ready after a minute")
	}
	etcd.Close()
	return nil, err
}

// The key that signs tokens of service accounts, and the token of the one user, who may do everything.
func credentials(folder string) (key, token string, err error) {
	key, token = filepath.Join(folder, "key.pem"), filepath.Join(folder, "tokens.csv")
	if _, err := os.Stat(token); err == nil {
		return key, token, nil
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return key, token, err
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	if err = os.WriteFile(key, block, 0o600); err != nil {
		return key, token, err
	}
	secret := make([]byte, 16)
	if _, err = rand.Read(secret); err != nil {
		return key, token, err
	}
	text := hex.EncodeToString(secret)
	if err = os.WriteFile(filepath.Join(folder, "token"), []byte(text), 0o600); err != nil {
		return key, token, err
	}
	return key, token, os.WriteFile(token, []byte(text+",test,test,system:masters\n"), 0o600)
}

func answers(folder, port string) error {
	token, err := os.ReadFile(filepath.Join(folder, "token"))
	if err != nil {
		return err
	}
	authority, err := os.ReadFile(filepath.Join(folder, "certificates/apiserver.crt"))
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	client := http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
	}
	for _, path := range []string{"/readyz", "/api/v1/namespaces/default"} {
		request, err := http.NewRequest(http.MethodGet, "https://127.0.0.1:"+port+path, nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+string(token))
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: found %s, expected 200", path, response.Status)
		}
	}
	return nil
}
