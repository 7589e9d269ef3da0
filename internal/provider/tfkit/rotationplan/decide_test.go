package rotationplan

import (
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The four phases as a state shows them.
var (
	stable   = numbers{phase: api.PhaseStable, version: 3, current: 3, next: 6} // 4 and 5 were cancelled
	staged   = numbers{phase: api.PhaseStaged, version: 6, current: 3, pending: 6, next: 7}
	rolled   = numbers{phase: api.PhaseStaged, version: 3, current: 3, pending: 6, next: 7} // after a rollback
	draining = numbers{phase: api.PhaseDraining, version: 6, current: 6, previous: 3, next: 7}
	revoked  = numbers{phase: api.PhaseRevoked, version: 6, next: 7}
)

func TestOneStepPerApply(t *testing.T) {
	type triggers = map[string]string
	changed, before := triggers{"a": "2"}, triggers{"a": "1"}
	for name, c := range map[string]struct {
		prior prior
		want  wanted
		step  string
		after numbers
		waits bool
	}{
		"nothing due":           {prior: prior{numbers: stable, due: api.DueNone}, after: stable},
		"begin due":             {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonInterval}, step: api.StepBegin, after: numbers{phase: api.PhaseStaged, version: 6, current: 3, pending: 6, next: 7}},
		"rotate due":            {prior: prior{numbers: stable, due: api.StepRotate, reason: api.ReasonInterval}, step: api.StepRotate, after: numbers{phase: api.PhaseDraining, version: 6, current: 6, previous: 3, next: 7}},
		"promote due":           {prior: prior{numbers: staged, due: api.StepPromote, reason: api.ReasonAcknowledged}, step: api.StepPromote, after: draining},
		"retire due":            {prior: prior{numbers: draining, due: api.StepRetire, reason: api.ReasonQuiet}, step: api.StepRetire, after: numbers{phase: api.PhaseStable, version: 6, current: 6, next: 7}},
		"reissue due":           {prior: prior{numbers: revoked, due: api.StepReissue, reason: api.ReasonRevoked}, step: api.StepReissue, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"waits to be seen":      {prior: prior{numbers: staged, due: api.DueNone, reason: api.ReasonAwaitingAcknowledgement}, after: staged},
		"rolled back, released": {prior: prior{numbers: rolled, due: api.DueNone}, after: rolled},

		"trigger, acknowledged rotation":   {prior: prior{numbers: stable, requiresAcknowledgement: true, triggers: before}, want: wanted{triggers: changed}, step: api.StepBegin, after: staged},
		"trigger, plain rotation":          {prior: prior{numbers: stable, triggers: before}, want: wanted{triggers: changed}, step: api.StepRotate, after: draining},
		"trigger added to the map":         {prior: prior{numbers: stable, triggers: before}, want: wanted{triggers: triggers{"a": "1", "b": "9"}}, after: stable},
		"trigger taken from the map":       {prior: prior{numbers: stable, triggers: triggers{"a": "1", "b": "9"}}, want: wanted{triggers: before}, after: stable},
		"argument added":                   {prior: prior{numbers: stable}, want: wanted{triggers: before}, after: stable},
		"argument removed":                 {prior: prior{numbers: stable, triggers: before}, after: stable},
		"trigger while staged":             {prior: prior{numbers: staged, triggers: before, reason: api.ReasonAwaitingAcknowledgement}, want: wanted{triggers: changed}, after: staged, waits: true},
		"trigger while promote is due":     {prior: prior{numbers: staged, due: api.StepPromote, triggers: before}, want: wanted{triggers: changed}, step: api.StepPromote, after: draining, waits: true},
		"trigger while draining":           {prior: prior{numbers: draining, triggers: before}, want: wanted{triggers: changed}, after: draining, waits: true},
		"trigger while begin is due":       {prior: prior{numbers: stable, due: api.StepBegin, triggers: before}, want: wanted{triggers: changed}, step: api.StepBegin, after: staged},
		"trigger while reissue is due":     {prior: prior{numbers: revoked, due: api.StepReissue, triggers: before}, want: wanted{triggers: changed}, step: api.StepReissue, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"trigger on hold":                  {prior: prior{numbers: stable, reason: api.ReasonHeld, triggers: before}, want: wanted{triggers: changed}, after: stable, waits: true},
		"trigger on an expired token":      {prior: prior{numbers: revoked, reason: api.ReasonExpired, triggers: before}, want: wanted{triggers: changed}, after: revoked, waits: true},
		"trigger beside a raised minimum":  {prior: prior{numbers: stable, triggers: before}, want: wanted{triggers: changed, minimumVersion: 6}, step: stepMinimumVersion, after: numbers{phase: api.PhaseStable, version: 6, current: 6, next: 7}, waits: true},
		"trigger beside an idle minimum":   {prior: prior{numbers: stable, triggers: before}, want: wanted{triggers: changed, minimumVersion: 3}, step: api.StepRotate, after: draining},
		"minimum before the step due":      {prior: prior{numbers: staged, due: api.StepPromote}, want: wanted{minimumVersion: 6}, step: stepMinimumVersion, after: numbers{phase: api.PhaseStable, version: 6, current: 6, next: 7}},
		"minimum ends a previous":          {prior: prior{numbers: draining}, want: wanted{minimumVersion: 4}, step: stepMinimumVersion, after: numbers{phase: api.PhaseStable, version: 6, current: 6, next: 7}},
		"minimum over a pending":           {prior: prior{numbers: staged}, want: wanted{minimumVersion: 7}, step: stepMinimumVersion, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"minimum after a rollback":         {prior: prior{numbers: rolled}, want: wanted{minimumVersion: 4}, step: stepMinimumVersion, after: numbers{phase: api.PhaseStable, version: 6, current: 6, next: 7}},
		"minimum without effect, step due": {prior: prior{numbers: staged, due: api.StepPromote}, want: wanted{minimumVersion: 3}, step: api.StepPromote, after: draining},
		"minimum while revoked":            {prior: prior{numbers: revoked, due: api.StepReissue}, want: wanted{minimumVersion: 7}, step: api.StepReissue, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"minimum lowered":                  {prior: prior{numbers: stable, minimumVersion: 3}, want: wanted{minimumVersion: 1}, after: stable},
		"minimum removed":                  {prior: prior{numbers: stable, minimumVersion: 3}, after: stable},
		"minimum without effect on hold":   {prior: prior{numbers: stable, reason: api.ReasonHeld}, want: wanted{minimumVersion: 3}, after: stable},

		"expired":                    {prior: prior{numbers: revoked, reason: api.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}, want: wanted{expiresAt: "2026-01-01T00:00:00Z"}, after: revoked},
		"expired, same moment":       {prior: prior{numbers: revoked, reason: api.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}, want: wanted{expiresAt: "2026-01-01T01:00:00+01:00"}, after: revoked},
		"expired, moved":             {prior: prior{numbers: revoked, reason: api.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}, want: wanted{expiresAt: "2027-01-01T00:00:00Z"}, step: api.StepReissue, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"expired, removed":           {prior: prior{numbers: revoked, reason: api.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}, step: api.StepReissue, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"expired, moved, on hold":    {prior: prior{numbers: revoked, reason: api.ReasonHeld, expiresAt: "2026-01-01T00:00:00Z"}, after: revoked},
		"alive, moved":               {prior: prior{numbers: stable, expiresAt: "2026-01-01T00:00:00Z"}, want: wanted{expiresAt: "2027-01-01T00:00:00Z"}, after: stable},
		"revoked, moved":             {prior: prior{numbers: revoked, due: api.StepReissue, reason: api.ReasonRevoked, expiresAt: "2026-01-01T00:00:00Z"}, want: wanted{expiresAt: "2027-01-01T00:00:00Z"}, step: api.StepReissue, after: numbers{phase: api.PhaseStable, version: 7, current: 7, next: 8}},
		"a step this provider lacks": {prior: prior{numbers: stable, due: "defragment"}, after: stable},
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(c.prior, c.want)
			if d.refused != nil {
				t.Fatalf("refused: %+v", d.refused)
			}
			if d.open {
				t.Fatal("open although everything is known")
			}
			if d.step != c.step || d.waits != c.waits {
				t.Errorf("step %q, waits %v; want %q, %v", d.step, d.waits, c.step, c.waits)
			}
			if d.after != c.after {
				t.Errorf("after: %+v, want %+v", d.after, c.after)
			}
			if want := valueChanged(c.prior.triggers, c.want.triggers); d.requested != want {
				t.Errorf("request in the PATCH: %v, want %v", d.requested, want)
			}
			if d.waits && !d.requested {
				t.Error("waits without a request")
			}
			if d.guarded() != (d.step != "" || c.want.minimumVersion > c.prior.minimumVersion) {
				t.Errorf("guarded: %v", d.guarded())
			}
		})
	}
}

func TestUnknownsLeaveTheStepToTheApply(t *testing.T) {
	held := prior{numbers: stable, reason: api.ReasonHeld}
	due := prior{numbers: stable, due: api.StepBegin}
	expired := prior{numbers: revoked, reason: api.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}
	for name, c := range map[string]struct {
		prior prior
		want  wanted
		open  bool
	}{
		"minimum_version":                        {due, wanted{minimumVersionUnknown: true}, true},
		"a trigger":                              {due, wanted{triggersUnknown: true}, true},
		"a trigger on hold":                      {held, wanted{triggersUnknown: true}, true},
		"a trigger beside a minimum that is bad": {due, wanted{triggersUnknown: true, minimumVersion: 99}, true},
		"expires_at of a living token":           {due, wanted{expiresAtUnknown: true}, false},
		"expires_at of an expired token":         {expired, wanted{expiresAtUnknown: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(c.prior, c.want)
			if d.open != c.open {
				t.Errorf("open: %v, want %v", d.open, c.open)
			}
			if d.open && (d.step != "" || d.refused != nil) {
				t.Errorf("decided all the same: %+v", d)
			}
		})
	}
}

func TestMinimumVersionRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prior prior
		want  int64
		says  string
	}{
		"above the next":             {prior{numbers: stable}, 7, "will be 6"},
		"above the next on hold":     {prior{numbers: stable, reason: api.ReasonHeld}, 7, "will be 6"},
		"above the next, revoked":    {prior{numbers: revoked}, 8, "will be 7"},
		"with effect on hold":        {prior{numbers: stable, reason: api.ReasonHeld}, 6, "role operator, deployer or security"},
		"ends a previous, on hold":   {prior{numbers: draining, reason: api.ReasonHeld}, 4, "release the hold"},
		"above next after a rolling": {prior{numbers: rolled}, 8, "will be 7"},
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(c.prior, wanted{minimumVersion: c.want})
			if d.refused == nil || d.refused.attribute != "minimum_version" || !strings.Contains(d.refused.detail(token), c.says) {
				t.Fatalf("refused: %+v, want one on minimum_version that says %q", d.refused.detail(token), c.says)
			}
		})
	}
}

func TestVersionsThatAMinimumEnds(t *testing.T) {
	for name, c := range map[string]struct {
		from numbers
		n    int64
		want []int64
	}{
		"draining":           {draining, 4, []int64{3}},
		"draining, all":      {draining, 7, []int64{3, 6}},
		"staged":             {staged, 6, []int64{3}},
		"staged, all":        {staged, 7, []int64{3, 6}},
		"stable, to next":    {stable, 4, []int64{3}},
		"rolled back":        {rolled, 4, []int64{3}},
		"already there":      {draining, 3, nil},
		"nothing is left to": {revoked, 7, nil},
	} {
		t.Run(name, func(t *testing.T) {
			after := c.from
			if c.from.anyBelow(c.n) {
				after = c.from.raise(c.n)
			}
			if got := c.from.endedBy(after); !slices.Equal(got, c.want) {
				t.Errorf("ended %v, want %v", got, c.want)
			}
		})
	}
}

func TestSameInstant(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "2026-01-01T00:00:00Z", false},
		{"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0Z", true},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", false},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", false},
		{"soon", "soon", true},
		{"soon", "later", false},
	} {
		if got := sameInstant(c.a, c.b); got != c.want {
			t.Errorf("sameInstant(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// token is how the tests call the object.
var token = Noun{Name: "scoped token", Short: "token", Kind: api.KindScopedTokens}

// What a value that the configuration supplies means for the step.
func TestSupply(t *testing.T) {
	type triggers = map[string]string
	const argument = "secret_wo"
	ours := Supply{Argument: argument, Configured: true, New: true, ByUser: true}
	same := Supply{Argument: argument, Configured: true, Supplied: true}
	drifted := Supply{Argument: argument, Configured: true, New: true, Supplied: true}
	gone := Supply{Argument: argument, Configured: true, New: true, Supplied: true, Barred: true}
	theirs := Supply{Argument: argument, Supplied: true}
	ask := func(w wanted) wanted { w.triggers = triggers{"a": "2"}; return w }
	asked := triggers{"a": "1"}
	for name, c := range map[string]struct {
		prior    prior
		want     wanted
		step     string
		supplies bool
		lacks    bool
		parted   bool
		refused  string
	}{
		"new, stable":                         {prior: prior{numbers: stable, requiresAcknowledgement: true}, want: wanted{supply: ours}, step: api.StepBegin, supplies: true},
		"new, stable, no acknowledgement":     {prior: prior{numbers: stable}, want: wanted{supply: ours}, step: api.StepRotate, supplies: true},
		"new, and due":                        {prior: prior{numbers: stable, due: api.StepRotate, reason: api.ReasonInterval}, want: wanted{supply: ours}, step: api.StepRotate, supplies: true},
		"new, and asked for":                  {prior: prior{numbers: stable, triggers: asked}, want: ask(wanted{supply: ours}), step: api.StepRotate, supplies: true},
		"new, revoked":                        {prior: prior{numbers: revoked, due: api.StepReissue, reason: api.ReasonRevoked}, want: wanted{supply: ours}, step: api.StepReissue, supplies: true},
		"new, held":                           {prior: prior{numbers: stable, reason: api.ReasonHeld}, want: wanted{supply: ours}},
		"new, staged":                         {prior: prior{numbers: staged, phaseEnds: "2026-06-01T00:00:00Z"}, want: wanted{supply: ours}, refused: "in phase staged of another one until 2026-06-01T00:00:00Z"},
		"new, draining":                       {prior: prior{numbers: draining}, want: wanted{supply: ours}, refused: "raise minimum_version to 7"},
		"new, staged, promote due":            {prior: prior{numbers: staged, due: api.StepPromote}, want: wanted{supply: ours}, refused: "secret_wo has a new value"},
		"new, with a minimum above all":       {prior: prior{numbers: staged}, want: wanted{supply: ours, minimumVersion: 7}, step: stepMinimumVersion, supplies: true},
		"new, with a minimum that one passes": {prior: prior{numbers: staged}, want: wanted{supply: ours, minimumVersion: 6}, step: stepMinimumVersion},
		"new, with an idle minimum":           {prior: prior{numbers: stable}, want: wanted{supply: ours, minimumVersion: 2}, step: api.StepRotate, supplies: true},
		"same, with a minimum above all":      {prior: prior{numbers: stable}, want: wanted{supply: same, minimumVersion: 6}, refused: "still has the value that would be revoked"},
		"same, with a minimum that one passes": {
			prior: prior{numbers: draining}, want: wanted{supply: same, minimumVersion: 6}, step: stepMinimumVersion,
		},
		"same, due":                          {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonInterval}, want: wanted{supply: same}, lacks: true},
		"same, overdue":                      {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonOverdue}, want: wanted{supply: same}, lacks: true},
		"same, requested earlier":            {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonRequested}, want: wanted{supply: same}, lacks: true},
		"same, asked for":                    {prior: prior{numbers: stable, triggers: asked}, want: ask(wanted{supply: same}), lacks: true},
		"same, promote due":                  {prior: prior{numbers: staged, due: api.StepPromote}, want: wanted{supply: same}, step: api.StepPromote},
		"same, retire due":                   {prior: prior{numbers: draining, due: api.StepRetire}, want: wanted{supply: same}, step: api.StepRetire},
		"drifted, stable":                    {prior: prior{numbers: stable}, want: wanted{supply: drifted}, step: api.StepRotate, supplies: true},
		"drifted, with a minimum above all":  {prior: prior{numbers: staged}, want: wanted{supply: drifted, minimumVersion: 7}, refused: "still has the value that would be revoked"},
		"drifted, staged":                    {prior: prior{numbers: staged}, want: wanted{supply: drifted}, parted: true},
		"drifted, promote due":               {prior: prior{numbers: staged, due: api.StepPromote}, want: wanted{supply: drifted}, step: api.StepPromote, parted: true},
		"drifted, held":                      {prior: prior{numbers: staged, reason: api.ReasonHeld}, want: wanted{supply: drifted}},
		"gone, stable":                       {prior: prior{numbers: stable}, want: wanted{supply: gone}, lacks: true},
		"gone, due":                          {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonInterval}, want: wanted{supply: gone}, lacks: true},
		"gone, asked for":                    {prior: prior{numbers: stable, triggers: asked}, want: ask(wanted{supply: gone}), lacks: true},
		"gone, revoked":                      {prior: prior{numbers: revoked, due: api.StepReissue, reason: api.ReasonRevoked}, want: wanted{supply: gone}, lacks: true},
		"gone, staged":                       {prior: prior{numbers: staged}, want: wanted{supply: gone}, lacks: true},
		"gone, promote due":                  {prior: prior{numbers: staged, due: api.StepPromote}, want: wanted{supply: gone}, step: api.StepPromote, lacks: true},
		"gone, retire due":                   {prior: prior{numbers: draining, due: api.StepRetire}, want: wanted{supply: gone}, step: api.StepRetire, lacks: true},
		"gone, held":                         {prior: prior{numbers: stable, reason: api.ReasonHeld}, want: wanted{supply: gone}},
		"gone, with a minimum above all":     {prior: prior{numbers: stable}, want: wanted{supply: gone, minimumVersion: 6}, refused: "has a value that was revoked before"},
		"not configured, due":                {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonInterval}, want: wanted{supply: theirs}, lacks: true},
		"not configured, requested earlier":  {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonRequested}, want: wanted{supply: theirs}, step: api.StepBegin},
		"not configured, asked for":          {prior: prior{numbers: stable, triggers: asked}, want: ask(wanted{supply: theirs}), step: api.StepRotate},
		"not configured, due and asked for":  {prior: prior{numbers: stable, due: api.StepBegin, reason: api.ReasonInterval, triggers: asked}, want: ask(wanted{supply: theirs}), step: api.StepBegin},
		"not configured, minimum":            {prior: prior{numbers: stable}, want: wanted{supply: theirs, minimumVersion: 6}, step: stepMinimumVersion},
		"not configured, revoked":            {prior: prior{numbers: revoked, due: api.StepReissue}, want: wanted{supply: Supply{Argument: argument}}, step: api.StepReissue},
		"not configured, platform's own due": {prior: prior{numbers: stable, due: api.StepBegin}, want: wanted{supply: Supply{Argument: argument}}, step: api.StepBegin},
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(c.prior, c.want)
			if (d.refused != nil) != (c.refused != "") || d.refused != nil && (d.refused.attribute != argument || !strings.Contains(d.refused.detail(token), c.refused)) {
				t.Fatalf("refused: %+v, want %q", d.refused, c.refused)
			}
			if d.refused != nil {
				return
			}
			if d.step != c.step || d.supplies != c.supplies || d.lacks != c.lacks || d.parted != c.parted {
				t.Errorf("step %q, supplies %v, lacks %v, parted %v; want %q, %v, %v, %v", d.step, d.supplies, d.lacks, d.parted, c.step, c.supplies, c.lacks, c.parted)
			}
		})
	}
	if d := decide(prior{numbers: stable, due: api.StepBegin}, wanted{supply: Supply{Configured: true, Unsure: true}}); !d.open || d.step != "" {
		t.Errorf("a value that is not known yet: %+v", d)
	}
}
