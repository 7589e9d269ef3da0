#!/usr/bin/env bash
# Plans one root module, applies the plan if it has rotation steps and nothing else, and prints one line for every credential
# that waits, is overdue, is on hold or has no valid version.
#
#   SINKS="terraform_data.handover vault_kv_secret_v2.notifier" examples/ci/nightly.sh
#
# SINKS names the resources that take a new value over. They may change, or be replaced, together with a rotation step.
# Every other change is left to a person. TERRAFORM names another CLI, tofu for example.
#
# Exit codes: 0 nothing is to do, or every step was applied; 1 a command failed; 3 the plan has other changes and nothing was
# applied.
set -euo pipefail

terraform=${TERRAFORM:-terraform}
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT

# -detailed-exitcode gives 2 for every change, so the 2 must not end the script.
code=0
"$terraform" plan -input=false -detailed-exitcode -out="$plan" || code=$?
if [ "$code" != 0 ] && [ "$code" != 2 ]; then
  echo "nightly: the plan failed" >&2
  exit 1
fi

# changes KIND: the addresses of the changes of that kind in the plan, a line each: step, sink or other.
changes() {
  "$terraform" show -json "$plan" | jq -r --arg kind "$1" --arg sinks "${SINKS:-}" '
    # What a rotation step changes in a credential. Everything else is an edit.
    def moves: ["handover", "public_keys", "rotation", "version"];
    def credential: IN("quickconnect_scoped_token", "quickconnect_webhook_signing_secret");
    def unknown: [.. | select(. == true)] != [];
    def edited: .before as $b | .after as $a | .after_unknown as $u
      | [($b + $a + $u | keys[]) | select($b[.] != $a[.] or ($u[.] | unknown))] - moves;
    def kind: .address as $address
      | if .change.actions == ["no-op"] or .change.actions == ["read"] then "none"
        elif (.type | credential) and .change.actions == ["update"] and (.change | edited) == [] then "step"
        elif ($sinks | split(" ") | index($address)) and (.change.actions | index("create") or . == ["update"])
          and .change.before != null then "sink"
        else "other" end;
    .resource_changes[]? | select(kind == $kind) | .address'
}

# report: one line for every credential that needs a look. It reads a plan or a state from standard input.
report() {
  jq -r '
    (.prior_state.values // .values // {}) | .. | objects
    | select(.type? | IN("quickconnect_scoped_token", "quickconnect_webhook_signing_secret"))
    | .address as $address | .values | .rotation as $r
    | if $r.reason == "quarantined" then "quarantined \($address): its versions are refused, or were when it began"
      elif $r.reason == "held" then "held     \($address): no step until the hold is released"
      elif $r.phase == "revoked" then "revoked  \($address): no version is valid (\($r.reason))"
      elif $r.reason == "overdue" then "overdue  \($address): due since \($r.next_rotation_at)"
      elif $r.phase == "staged" and ($r.acknowledged | not) then
        "waiting  \($address): version \($r.pending_version) was not seen in use; its stage ends at \($r.pending_expires_at)"
      else empty end'
}

other=$(changes other)
if [ -n "$other" ]; then
  "$terraform" show -json "$plan" | report
  echo "nightly: nothing was applied. These changes are no rotation steps and are left to a person:" >&2
  echo "$other" >&2
  exit 3
fi
if [ -z "$(changes step)$(changes sink)" ]; then
  "$terraform" show -json "$plan" | report
  echo "nightly: nothing to do"
  exit 0
fi
"$terraform" apply -input=false "$plan"
"$terraform" show -json | report
echo "nightly: applied $(changes step | wc -l) rotation steps"
