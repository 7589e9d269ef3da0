// A service that starts with a scoped token only. It posts each line of its standard input to a webhook, whose URL is a
// secret that it fetches from Quickconnect. New credentials reach it without a restart.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	quickconnect "quickconnect-client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := quickconnect.NewClient(quickconnect.ClientOptions{
		Endpoint: os.Getenv("QUICKCONNECT_ENDPOINT"),
		Tokens:   quickconnect.FileToken(os.Getenv("QUICKCONNECT_TOKEN_FILE")),
	})
	if err != nil {
		log.Fatal(err)
	}
	credentials, err := quickconnect.NewCredentials(client, os.Getenv("QUICKCONNECT_CONNECTOR"), "notifier")
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		version, err := notify(ctx, credentials, lines.Text())
		if err != nil {
			fmt.Println("not sent:", err)
			continue
		}
		fmt.Println("sent with version", version)
	}
}

// notify sends a text. Credentials that the receiver refuses may have been replaced, so it fetches new ones once.
func notify(ctx context.Context, credentials *quickconnect.Credentials, text string) (version int64, err error) {
	for range 2 {
		c, err := credentials.Get(ctx)
		if err != nil {
			return 0, err
		}
		status, err := post(ctx, c.Values["url"], text)
		switch {
		case err != nil:
			return 0, err
		case status < 300:
			return c.Version, nil
		case status != http.StatusUnauthorized && status != http.StatusForbidden && status != http.StatusNotFound:
			return 0, fmt.Errorf("the receiver answers %d", status)
		}
		credentials.Refused(c)
	}
	return 0, errors.New("the receiver refuses the credentials")
}

// receivers has no redirects: one could carry the text to another host.
var receivers = &http.Client{
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// post returns no error of net/http: its text has the URL, which is the secret.
func post(ctx context.Context, url quickconnect.Secret, text string) (status int, err error) {
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url.Expose(), bytes.NewReader(body))
	if err != nil {
		return 0, errors.New("the credentials have no usable url")
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := receivers.Do(r)
	if err != nil {
		return 0, errors.New("the receiver cannot be reached")
	}
	defer answer.Body.Close()
	return answer.StatusCode, nil
}
