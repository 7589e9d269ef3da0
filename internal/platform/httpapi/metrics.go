package httpapi

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Metrics has a registry of its own, so that two platforms in one process do not count for each other.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	settled   *prometheus.CounterVec
	delivered *prometheus.CounterVec
	probed    *prometheus.CounterVec
	refreshed *prometheus.CounterVec
	refused   *prometheus.CounterVec
}

// NewMetrics returns the metrics of one platform.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quickconnect_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		settled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quickconnect_deadlines_settled_total", Help: "Deadlines that passed and were carried out, by what was done.",
		}, []string{"step"}),
		delivered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quickconnect_delivery_attempts_total", Help: "Attempts to deliver an event, by outcome.",
		}, []string{"outcome"}),
		probed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quickconnect_probes_total", Help: "Probes of a pending signing secret, by result.",
		}, []string{"result"}),
		refreshed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quickconnect_oauth2_refreshes_total",
			Help: "Requests to authorization servers for the access tokens of connectors, by outcome.",
		}, []string{"outcome"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quickconnect_limit_exceeded_total", Help: "Requests and connections refused for a limit, by limit.",
		}, []string{"limit"}),
	}
	m.registry.MustRegister(m.requests, m.settled, m.delivered, m.probed, m.refreshed, m.refused,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Clock shows how far the clock jumped, where it is in doubt.
func (m *Metrics) Clock(w *txn.Watch) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "quickconnect_clock_jump_seconds",
		Help: "By how much the clock jumped, backward below 0. While it is not 0, no deadline is carried out.",
	}, func() float64 {
		_, v := w.Judge()
		return v.Jump().Seconds()
	}))
}

func (m *Metrics) request(route, method string, status int) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete,
		http.MethodOptions:
	default:
		method = "other" // a method is free text
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
}

// Settled counts a step that a deadline took.
func (m *Metrics) Settled(step string) { m.settled.WithLabelValues(step).Inc() }

// Delivery counts an attempt to deliver an event.
func (m *Metrics) Delivery(outcome string) { m.delivered.WithLabelValues(outcome).Inc() }

// Probe counts a probe.
func (m *Metrics) Probe(result string) { m.probed.WithLabelValues(result).Inc() }

// Refresh counts a request to an authorization server.
func (m *Metrics) Refresh(outcome string) { m.refreshed.WithLabelValues(outcome).Inc() }

// Gauge adds a metric that is read when the metrics are.
func (m *Metrics) Gauge(name, help string, labels map[string]string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// Counter adds a metric that only grows, and is read when the metrics are.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}

// Add adds metrics that a part of the platform keeps itself.
func (m *Metrics) Add(all ...prometheus.Collector) { m.registry.MustRegister(all...) }

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
