package rotate

import "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"

func checkQuarantine(p prior, _ wanted) (Reason, rotation.Step) {
	if p.quarantined() {
		return reasonQuarantined, ""
	}
	return "", ""
}

// quarantined reports whether the platform refuses the versions, and every step but minimum_version and reissue.
func (p prior) quarantined() bool { return p.reason == rotation.ReasonQuarantined }

// stopped reports whether no rotation may begin or go on.
func (p prior) stopped() bool { return p.held() || p.quarantined() }
