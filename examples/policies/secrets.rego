# What a secret of quickconnect looks like, as in examples/scanners/gitleaks.toml.
package quickconnect.secrets

forms := [
	`\bq(?:ct|cp|ca)_[0-9A-Za-z]{36}\b`,
	`\bwhsec_[0-9A-Za-z+/]{32,88}={0,2}(?:[^0-9A-Za-z+/=]|$)`,
	`\bwhsk_[0-9A-Za-z+/]{43}=(?:[^0-9A-Za-z+/=]|$)`,
]

# found says that a text has a secret of ours in it.
found(text) if {
	some form in forms
	regex.match(form, text)
}
