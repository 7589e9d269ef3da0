# The rule over manifests of Kubernetes: no secret of ours in plain text. Base64, as in a Secret, is plain text too.
package quickconnect.manifests

import data.quickconnect.secrets

settings := data.quickconnect_settings

deny contains result if {
	some place in places
	not exempt
	result := {
		"msg": sprintf("%s: %s has a value of quickconnect in plain text\n  Why: %s\n  Do: %s\n  Exception: %s", [
			address, place,
			"who can read the manifest, its repository or its history has the secret; base64 hides nothing",
			"revoke the value, and let the pod fetch it with its service account: see examples/kubernetes",
			settings.how_to_ask,
		]),
		"rule": "no_plaintext_secret",
		"address": address,
	}
}

warn contains {"msg": text, "rule": "no_plaintext_secret", "address": address} if {
	count(places) > 0
	exempt
	text := sprintf("%s: exempt from no_plaintext_secret", [address])
}

# A policy that saw nothing must not look like one that is kept.
deny contains {"msg": text, "rule": "is_a_manifest", "address": ""} if {
	not input.kind
	text := "This is not a manifest of Kubernetes: it has no kind. Nothing was checked."
}

places contains place if {
	some path, value
	walk(input, [path, value])
	is_string(value)
	hidden_or_plain(value)
	place := concat(".", [sprintf("%v", [step]) | some step in path])
}

hidden_or_plain(value) if secrets.found(value)

# In the data of a Secret, and in an annotation that repeats it as JSON.
hidden_or_plain(value) if {
	some part in regex.find_n(`[0-9A-Za-z+/]{40,}={0,2}`, value, -1)
	base64.is_valid(part)
	secrets.found(base64.decode(part))
}

address := concat("/", [
	object.get(input, "kind", ""), object.get(input, ["metadata", "namespace"], "default"),
	object.get(input, ["metadata", "name"], ""),
])

exempt if {
	some exception in data.quickconnect_exceptions
	exception.rule == "no_plaintext_secret"
	exception.address == address
	time.now_ns() < time.parse_rfc3339_ns(exception.until)
}
