// Package compress has the compression of answers that hold no secret.
package compress

import (
	"compress/gzip"
	"io"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// compressors are kept, because a new one allocates 800 KB.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // fails only for a level that there is not
	return w
}}

// Pages compresses the pages of lists for a client that takes gzip. They hold no secret, which the length of a
// compressed answer could betray.
func Pages(hc huma.Context, next func(huma.Context)) {
	if !acceptsGzip(hc.Header("Accept-Encoding")) {
		next(hc)
		return
	}
	w, ok := compressors.Get().(*gzip.Writer)
	if !ok {
		next(hc)
		return
	}
	defer compressors.Put(w)
	out := &compressedContext{contextOfHuma: hc, w: w}
	w.Reset(hc.BodyWriter())
	next(out)
	if out.written {
		_ = w.Close() // the client is gone
	}
}

// acceptsGzip reads a list of encodings. A weight of 0 refuses one.
func acceptsGzip(header string) bool {
	for entry := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(entry, ";")
		if coding = strings.TrimSpace(coding); strings.EqualFold(coding, "gzip") {
			weight = strings.ReplaceAll(weight, " ", "")
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}

type contextOfHuma = huma.Context

// compressedContext is the context of a request whose answer is compressed.
type compressedContext struct {
	contextOfHuma
	w       *gzip.Writer
	written bool
}

// Unwrap serves Huma.
func (c *compressedContext) Unwrap() huma.Context { return c.contextOfHuma }

// SetStatus sends the headers.
func (c *compressedContext) SetStatus(status int) {
	c.written = true
	c.SetHeader("Content-Encoding", "gzip")
	c.AppendHeader("Vary", "Accept-Encoding")
	c.contextOfHuma.SetStatus(status)
}

// BodyWriter takes the body.
func (c *compressedContext) BodyWriter() io.Writer { return c.w }
