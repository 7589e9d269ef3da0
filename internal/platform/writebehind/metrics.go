package writebehind

import "github.com/prometheus/client_golang/prometheus"

var (
	waitingDesc = prometheus.NewDesc("quickconnect_audit_events_waiting",
		"Introspections and failed authentications that are in no audit event yet.", nil, nil)
	lostDesc = prometheus.NewDesc("quickconnect_audit_events_lost_total",
		"Introspections and failed authentications that are in no audit event, because too many were kept.", nil, nil)
	failedDesc = prometheus.NewDesc("quickconnect_audit_writes_failed_total",
		"Writes of the audit events of introspections and failed authentications that failed, and were tried again later.",
		nil, nil)
)

func newNotLetIn() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "quickconnect_failed_authentications_total",
		Help: "Requests whose token was not accepted, by reason: unknown, revoked, expired, ended, address or " +
			"connector_disabled.",
	}, []string{"reason"})
}

// Describe is part of prometheus.Collector.
func (l *Log) Describe(out chan<- *prometheus.Desc) {
	l.notLetIn.Describe(out)
	out <- waitingDesc
	out <- lostDesc
	out <- failedDesc
}

// Collect is part of prometheus.Collector.
func (l *Log) Collect(out chan<- prometheus.Metric) {
	l.notLetIn.Collect(out)
	waiting, lost, failed := l.Counts()
	out <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(waiting))
	out <- prometheus.MustNewConstMetric(lostDesc, prometheus.CounterValue, float64(lost))
	out <- prometheus.MustNewConstMetric(failedDesc, prometheus.CounterValue, float64(failed))
}
