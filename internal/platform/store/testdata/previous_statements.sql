SELECT number FROM access_changes WHERE one = 1
;
UPDATE access_changes SET number = number + 1 WHERE one = 1
;
SELECT tenant, environment, id, lookup_hash, parent_kind, parent_id, parent_version, scopes,
	created_at, expires_at, opened_by, ended_at, ended_by, end_reason FROM access_tokens WHERE lookup_hash = $1
;
SELECT tenant, environment, id, lookup_hash, parent_kind, parent_id, parent_version, scopes,
	created_at, expires_at, opened_by, ended_at, ended_by, end_reason FROM access_tokens WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT COUNT(*) FROM access_tokens WHERE tenant = $1 AND environment = $2
		AND parent_id = $3 AND expires_at > $4 AND ended_at = 0
;
INSERT INTO access_tokens (tenant, environment, id, lookup_hash, parent_kind, parent_id,
		parent_version, scopes, created_at, expires_at, opened_by, ended_at, ended_by, end_reason, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
;
UPDATE access_tokens SET expires_at = $4, ended_at = $5, ended_by = $6,
		end_reason = $7, mac = $8 WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM access_tokens WHERE id IN
		(SELECT id FROM access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
;
SELECT leaf FROM audit_events WHERE tenant = $1 AND environment = $2 AND id = $3
;
INSERT INTO audit_events (tenant, environment, leaf, id, at, actor, role, workload, claims, action, kind, object_id,
	version, outcome, address, user_agent, request_id, detail, salt, commitment, erased, hashes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
;
SELECT tenant, environment, leaf, id, at, actor, role, workload, claims, action, kind, object_id,
	version, outcome, address, user_agent, request_id, detail, salt, commitment, erased FROM audit_events
		WHERE tenant = $1 AND environment = $2 AND leaf > $3 AND ($4 = '' OR actor = $4) AND ($5 = '' OR action = $5)
		AND ($6 = '' OR kind = $6) AND ($7 = '' OR object_id = $7) AND ($8 = '' OR outcome = $8)
		AND ($9 = 0 OR at >= $9) AND ($10 = 0 OR at < $10) ORDER BY leaf LIMIT $11
;
UPDATE audit_events SET at = 0, actor = '', role = '', workload = '', claims = NULL,
		action = '', kind = '', object_id = '', version = 0, outcome = '', address = '', user_agent = '', request_id = '',
		detail = NULL, salt = NULL, erased = 1 WHERE tenant = $1 AND environment = $2 AND leaf = $3
;
SELECT tenant, environment, sequence, id, at, actor, action, kind, object_id, request_id,
		detail, previous, hash FROM audit_chain
		WHERE tenant > '' ORDER BY tenant, environment, sequence LIMIT $1
;
DELETE FROM audit_chain WHERE tenant = $1 AND environment = $2 AND sequence = $3
;
SELECT tenant, environment, size, root, edge, chain_size, chain_head FROM audit_logs WHERE tenant = $1 AND environment = $2
;
INSERT INTO audit_logs (tenant, environment, size, root, edge, chain_size, chain_head) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant, environment) DO UPDATE SET size = excluded.size, root = excluded.root, edge = excluded.edge,
		chain_size = excluded.chain_size, chain_head = excluded.chain_head
;
SELECT tenant, environment FROM audit_logs WHERE tenant > ''
		UNION SELECT DISTINCT tenant, environment FROM audit_events WHERE tenant > '' ORDER BY 1, 2
;
SELECT tenant, environment, leaf, id, at, actor, role, workload, claims, action, kind, object_id,
	version, outcome, address, user_agent, request_id, detail, salt, commitment, erased, hashes FROM audit_events
		WHERE tenant = $1 AND environment = $2 AND leaf >= $3 ORDER BY leaf LIMIT $4
;
SELECT hashes FROM audit_events WHERE tenant = $1 AND environment = $2 AND leaf = $3
;
INSERT INTO audit_checkpoints (tenant, environment, size, at, note)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, environment, size) DO NOTHING
;
SELECT size, at, note FROM audit_checkpoints
		WHERE tenant = $1 AND environment = $2 AND size > $3 ORDER BY size LIMIT $4
;
SELECT tenant, environment, size, root, edge, chain_size, chain_head FROM audit_logs l WHERE l.tenant > '' AND NOT EXISTS (SELECT 1
		FROM audit_checkpoints c WHERE c.tenant = l.tenant AND c.environment = l.environment AND c.size = l.size)
		ORDER BY tenant, environment
;
SELECT c.tenant, c.environment, c.kind, c.id,
		COALESCE(n.rotation_policy_id, t.rotation_policy_id, s.rotation_policy_id, ''), n.credentials_expire_at,
		c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM credentials c
		LEFT JOIN connectors n ON n.tenant = c.tenant AND n.environment = c.environment AND n.id = c.id
		LEFT JOIN scoped_tokens t ON t.tenant = c.tenant AND t.environment = c.environment AND t.id = c.id
		LEFT JOIN signing_secrets s ON s.tenant = c.tenant AND s.environment = c.environment AND s.id = c.id
		WHERE c.id > $1 AND COALESCE(n.deleting_since, 0) = 0 ORDER BY c.id LIMIT $2
;
SELECT v.credential_id, v.number, v.state, v.issued_at, v.current_since, v.previous_since, v.deadline,
	v.ended_at, v.ended_by, v.end_reason, v.promoted_by, v.forced, v.evidence_kind, v.evidence_at, v.evidence_actor,
	v.last_used_at, v.rolled_back, v.bounded FROM versions v
		WHERE v.credential_id > $1 AND v.credential_id <= $2 AND v.state IN ('pending', 'current', 'previous')
		ORDER BY v.credential_id, v.number
;
SELECT c.tenant, c.environment, c.kind, c.object_id, c.number, c.claim_hash, c.specification,
	c.run_id, c.principal, c.etag, c.created_at, c.presented_at, c.superseded_at, c.superseded_by, c.superseded_run,
	c.digest FROM claims c WHERE c.tenant = $1 AND c.environment = $2 AND c.object_id = $3
		AND c.superseded_at = 0
;
SELECT c.tenant, c.environment, c.kind, c.object_id, c.number, c.claim_hash, c.specification,
	c.run_id, c.principal, c.etag, c.created_at, c.presented_at, c.superseded_at, c.superseded_by, c.superseded_run,
	c.digest FROM claims c WHERE c.tenant = $1 AND c.environment = $2 AND c.object_id = $3
		AND c.claim_hash = $4
;
SELECT c.tenant, c.environment, c.kind, c.object_id, c.number, c.claim_hash, c.specification,
	c.run_id, c.principal, c.etag, c.created_at, c.presented_at, c.superseded_at, c.superseded_by, c.superseded_run,
	c.digest FROM claims c WHERE c.tenant = $1 AND c.environment = $2
		AND c.specification = $3 AND c.presented_at = 0 AND c.superseded_at = 0 ORDER BY c.object_id
;
INSERT INTO claims (tenant, environment, kind, object_id, number, claim_hash, specification,
		run_id, principal, etag, created_at, presented_at, superseded_at, superseded_by, superseded_run, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
;
UPDATE claims SET presented_at = $5, superseded_at = $6, superseded_by = $7,
		superseded_run = $8, digest = $9 WHERE tenant = $1 AND environment = $2 AND object_id = $3 AND number = $4
;
SELECT kind, object_id, name, created_at, principal, run_id, number FROM (
		SELECT c.*, CASE c.kind WHEN 'connectors' THEN (SELECT o.name FROM connectors o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id AND o.deleting_since = 0) WHEN 'scoped-tokens' THEN (SELECT o.name FROM scoped_tokens o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) WHEN 'webhook-endpoints' THEN (SELECT o.name FROM webhook_endpoints o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id AND o.deleting_since = 0) WHEN 'signing-secrets' THEN (SELECT o.name FROM signing_secrets o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) WHEN 'rotation-policies' THEN (SELECT o.name FROM rotation_policies o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id AND o.deleting_since = 0) WHEN 'workload-identities' THEN (SELECT o.name FROM workload_identities o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) END AS name FROM claims c WHERE c.tenant = $1 AND c.environment = $2
			AND c.object_id > $3 AND c.presented_at = 0 AND c.superseded_at = 0 AND c.created_at <= $4) AS unclaimed
		WHERE name IS NOT NULL ORDER BY object_id LIMIT $5
;
DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = 'connectors' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM connectors o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)
;
DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = 'scoped-tokens' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM scoped_tokens o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)
;
DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = 'webhook-endpoints' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM webhook_endpoints o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)
;
DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = 'signing-secrets' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM signing_secrets o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)
;
DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = 'rotation-policies' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM rotation_policies o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)
;
DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = 'workload-identities' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM workload_identities o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)
;
SELECT etag FROM connectors WHERE tenant = $1 AND environment = $2
			AND id = $3
;
SELECT etag FROM scoped_tokens WHERE tenant = $1 AND environment = $2
			AND id = $3
;
SELECT etag FROM webhook_endpoints WHERE tenant = $1 AND environment = $2
			AND id = $3
;
SELECT etag FROM signing_secrets WHERE tenant = $1 AND environment = $2
			AND id = $3
;
SELECT etag FROM rotation_policies WHERE tenant = $1 AND environment = $2
			AND id = $3
;
SELECT etag FROM workload_identities WHERE tenant = $1 AND environment = $2
			AND id = $3
;
SELECT written_at, jumped_at, accepted_at FROM clock WHERE one = 1
;
UPDATE clock SET written_at = $1 WHERE one = 1 AND written_at < $1
;
UPDATE clock SET jumped_at = $1 WHERE one = 1
;
UPDATE clock SET written_at = $1, jumped_at = 0, accepted_at = $1 WHERE one = 1
;
SELECT oldest FROM compatible WHERE one = 1
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.type, o.settings, o.allowed_scopes,
		o.enabled, COALESCE(o.rotation_policy_id, ''), o.credentials_wo_version,
		o.credentials_expire_at, o.digest, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM connectors o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.type, o.settings, o.allowed_scopes,
		o.enabled, COALESCE(o.rotation_policy_id, ''), o.credentials_wo_version,
		o.credentials_expire_at, o.digest, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM connectors o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.type, o.settings, o.allowed_scopes,
		o.enabled, COALESCE(o.rotation_policy_id, ''), o.credentials_wo_version,
		o.credentials_expire_at, o.digest, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM connectors o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.name = $5 AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.type, o.settings, o.allowed_scopes,
		o.enabled, COALESCE(o.rotation_policy_id, ''), o.credentials_wo_version,
		o.credentials_expire_at, o.digest, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM connectors o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels) AND ($7 = '' OR o.owner = $7) AND $8 = '' AND $9 = '' AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0)) AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
INSERT INTO connectors (tenant, environment, id, name, description, labels, created_at,
		etag, owner, type, settings, allowed_scopes, enabled, rotation_policy_id, credentials_wo_version,
		credentials_expire_at, digest, certified_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
;
UPDATE connectors SET name = $4, description = $5, labels = $6, etag = $7, owner = $8,
		type = $9, settings = $10, allowed_scopes = $11, enabled = $12, rotation_policy_id = $13,
		credentials_wo_version = $14, credentials_expire_at = $15, digest = $16, certified_until = $17
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM connectors WHERE tenant = $1 AND environment = $2 AND id = $3
;
INSERT INTO credentials (highest, version, hold_reason, hold_at, hold_by, expires_at,
		requested_after, not_enforced, settled_base, settled_steps, next_deadline, read_from, last_used_at,
		quarantine_reason, quarantine_at, quarantine_by, quarantine_until, quarantine_through,
		unused_from, announced_at, announced_due, tenant, environment, id, kind)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
		$25)
;
UPDATE credentials SET highest = $1, version = $2, hold_reason = $3, hold_at = $4,
		hold_by = $5, expires_at = $6, requested_after = $7, not_enforced = $8, settled_base = $9, notice_at = 1,
		settled_steps = $10, next_deadline = $11, read_from = $12,
		last_used_at = CASE WHEN last_used_at < $13 THEN $13 ELSE last_used_at END,
		quarantine_reason = $14, quarantine_at = $15, quarantine_by = $16, quarantine_until = $17,
		quarantine_through = $18, unused_from = $19, announced_at = $20, announced_due = $21
		WHERE tenant = $22 AND environment = $23 AND id = $24
;
DELETE FROM credentials WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT tenant, environment, kind, id FROM credentials
		WHERE next_deadline > 0 AND next_deadline <= $1 ORDER BY next_deadline, id LIMIT $2
;
SELECT tenant, environment, kind, id FROM credentials
		WHERE next_deadline > 0 AND next_deadline <= $4 AND tenant = $1 AND environment = $2 AND id IN
		(SELECT id FROM connectors WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3)
		ORDER BY id
;
INSERT INTO keks (number, created_at, rewrapped_at, retired_at) VALUES ($1, $2, 0, 0)
;
SELECT number FROM keks WHERE number > 0 ORDER BY number DESC LIMIT 1
;
SELECT number, created_at, rewrapped_at, retired_at FROM keks WHERE number > 0
		ORDER BY number
;
UPDATE keks SET rewrapped_at = $2, retired_at = $3 WHERE number = $1
;
INSERT INTO data_keys (id, tenant, environment, credential, number, wrapped, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
;
SELECT id, wrapped FROM data_keys
		WHERE tenant = $1 AND environment = $2 AND credential = $3 AND number = $4
;
SELECT wrapped FROM data_keys WHERE id = $1
;
DELETE FROM data_keys WHERE tenant = $1 AND environment = $2 AND credential = $3
;
DELETE FROM data_keys WHERE number = $1
;
SELECT o.tenant, o.environment, 'connectors', o.id, o.name, o.deleting_since, o.deleting_by
		FROM connectors o WHERE o.deleting_since > 0 AND o.tenant = $1 AND o.environment = $2 AND NOT EXISTS (SELECT 1 FROM scoped_tokens u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.connector_id = o.id) AND NOT EXISTS (SELECT 1 FROM webhook_endpoints u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.connector_id = o.id) UNION ALL SELECT o.tenant, o.environment, 'webhook-endpoints', o.id, o.name, o.deleting_since, o.deleting_by
		FROM webhook_endpoints o WHERE o.deleting_since > 0 AND o.tenant = $1 AND o.environment = $2 AND NOT EXISTS (SELECT 1 FROM signing_secrets u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.endpoint_id = o.id) UNION ALL SELECT o.tenant, o.environment, 'rotation-policies', o.id, o.name, o.deleting_since, o.deleting_by
		FROM rotation_policies o WHERE o.deleting_since > 0 AND o.tenant = $1 AND o.environment = $2 AND NOT EXISTS (SELECT 1 FROM connectors u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.rotation_policy_id = o.id) AND NOT EXISTS (SELECT 1 FROM scoped_tokens u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.rotation_policy_id = o.id) AND NOT EXISTS (SELECT 1 FROM signing_secrets u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.rotation_policy_id = o.id)
;
SELECT o.tenant, o.environment, 'connectors', o.id, o.name, o.deleting_since, o.deleting_by
		FROM connectors o WHERE o.deleting_since > 0 AND o.tenant > '' AND NOT EXISTS (SELECT 1 FROM scoped_tokens u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.connector_id = o.id) AND NOT EXISTS (SELECT 1 FROM webhook_endpoints u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.connector_id = o.id) UNION ALL SELECT o.tenant, o.environment, 'webhook-endpoints', o.id, o.name, o.deleting_since, o.deleting_by
		FROM webhook_endpoints o WHERE o.deleting_since > 0 AND o.tenant > '' AND NOT EXISTS (SELECT 1 FROM signing_secrets u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.endpoint_id = o.id) UNION ALL SELECT o.tenant, o.environment, 'rotation-policies', o.id, o.name, o.deleting_since, o.deleting_by
		FROM rotation_policies o WHERE o.deleting_since > 0 AND o.tenant > '' AND NOT EXISTS (SELECT 1 FROM connectors u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.rotation_policy_id = o.id) AND NOT EXISTS (SELECT 1 FROM scoped_tokens u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.rotation_policy_id = o.id) AND NOT EXISTS (SELECT 1 FROM signing_secrets u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.rotation_policy_id = o.id) LIMIT $1
;
SELECT o.tenant, o.environment, 'connectors', o.id, o.name, o.deleting_since, o.deleting_by
		FROM connectors o WHERE o.deleting_since > 0 AND o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.deleting_since <= $4 ORDER BY o.id LIMIT $5
;
SELECT o.tenant, o.environment, 'webhook-endpoints', o.id, o.name, o.deleting_since, o.deleting_by
		FROM webhook_endpoints o WHERE o.deleting_since > 0 AND o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.deleting_since <= $4 ORDER BY o.id LIMIT $5
;
SELECT o.tenant, o.environment, 'rotation-policies', o.id, o.name, o.deleting_since, o.deleting_by
		FROM rotation_policies o WHERE o.deleting_since > 0 AND o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.deleting_since <= $4 ORDER BY o.id LIMIT $5
;
UPDATE connectors SET deleting_since = $4, deleting_by = $5
			WHERE tenant = $1 AND environment = $2 AND id = $3
;
UPDATE webhook_endpoints SET deleting_since = $4, deleting_by = $5
			WHERE tenant = $1 AND environment = $2 AND id = $3
;
UPDATE rotation_policies SET deleting_since = $4, deleting_by = $5
			WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT 'scoped-tokens', o.id, o.name FROM scoped_tokens o
				WHERE o.tenant = $1 AND o.environment = $2 AND o.connector_id = $3 UNION ALL SELECT 'webhook-endpoints', o.id, o.name FROM webhook_endpoints o
				WHERE o.tenant = $1 AND o.environment = $2 AND o.connector_id = $3 LIMIT $4
;
SELECT 'signing-secrets', o.id, o.name FROM signing_secrets o
				WHERE o.tenant = $1 AND o.environment = $2 AND o.endpoint_id = $3 LIMIT $4
;
SELECT 'connectors', o.id, o.name FROM connectors o
				WHERE o.tenant = $1 AND o.environment = $2 AND o.rotation_policy_id = $3 UNION ALL SELECT 'scoped-tokens', o.id, o.name FROM scoped_tokens o
				WHERE o.tenant = $1 AND o.environment = $2 AND o.rotation_policy_id = $3 UNION ALL SELECT 'signing-secrets', o.id, o.name FROM signing_secrets o
				WHERE o.tenant = $1 AND o.environment = $2 AND o.rotation_policy_id = $3 LIMIT $4
;
INSERT INTO deliveries (tenant, environment, id, endpoint_id, type, state, created_at,
		next_attempt_at, ended_at, attempts, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
;
SELECT d.tenant, d.environment, d.id, d.endpoint_id, d.type, d.state, d.created_at, d.next_attempt_at,
		d.ended_at, d.attempts, d.resent, d.attempt_id, d.body FROM deliveries d WHERE d.id = $1
;
SELECT d.tenant, d.environment, d.id, d.endpoint_id, d.type, d.state, d.created_at, d.next_attempt_at,
		d.ended_at, d.attempts, d.resent, d.attempt_id, d.body FROM deliveries d
		WHERE d.tenant = $1 AND d.environment = $2 AND d.endpoint_id = $3 AND d.next_attempt_at > 0
		AND d.next_attempt_at <= $4 ORDER BY d.next_attempt_at, d.id LIMIT $5
;
SELECT d.tenant, d.environment, d.id, d.endpoint_id, d.type, d.state, d.created_at, d.next_attempt_at,
		d.ended_at, d.attempts, d.resent, d.attempt_id FROM deliveries d
		WHERE d.tenant = $1 AND d.environment = $2 AND d.endpoint_id = $3 AND ($5 = '' OR d.state = $5)
		AND ($6 = '' OR d.type = $6) AND d.created_at >= $7 AND ($8 = 0 OR d.created_at < $8)
		AND ($9 = '' OR EXISTS (SELECT 1 FROM delivery_attempts a
		WHERE a.delivery_id = d.id AND a.attempt = d.attempts AND a.outcome = $9)) ORDER BY d.id DESC LIMIT $4
;
SELECT d.tenant, d.environment, d.id, d.endpoint_id, d.type, d.state, d.created_at, d.next_attempt_at,
		d.ended_at, d.attempts, d.resent, d.attempt_id FROM deliveries d
		WHERE d.tenant = $1 AND d.environment = $2 AND d.endpoint_id = $3 AND ($5 = '' OR d.state = $5)
		AND ($6 = '' OR d.type = $6) AND d.created_at >= $7 AND ($8 = 0 OR d.created_at < $8)
		AND ($9 = '' OR EXISTS (SELECT 1 FROM delivery_attempts a
		WHERE a.delivery_id = d.id AND a.attempt = d.attempts AND a.outcome = $9)) AND d.id < $10 ORDER BY d.id DESC LIMIT $4
;
SELECT COALESCE(LENGTH(body), 0), next_attempt_at > 0 FROM deliveries WHERE id = $1
;
SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM deliveries
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND next_attempt_at > 0
;
UPDATE deliveries SET state = $2, next_attempt_at = $3, ended_at = $4, attempts = $5,
		attempt_id = '', leased_until = 0,
		body = CASE WHEN $2 = 'delivered' THEN NULL ELSE body END WHERE id = $1
;
DELETE FROM deliveries WHERE id IN
		(SELECT id FROM deliveries WHERE ended_at > 0 AND ended_at < $1 LIMIT $2)
;
INSERT INTO delivery_attempts (delivery_id, attempt, at, duration, outcome, status,
		detail, signed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
;
SELECT COUNT(*) FROM delivery_attempts
		WHERE delivery_id = $1 AND attempt > $2 AND outcome <> 'unsigned'
;
SELECT a.attempt, a.at, a.duration, a.outcome, a.status, a.detail, a.signed_by FROM delivery_attempts a
		WHERE a.delivery_id = $1 ORDER BY a.attempt
;
UPDATE deliveries SET next_attempt_at = $4
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND next_attempt_at > $4
;
UPDATE deliveries SET next_attempt_at = $4
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND next_attempt_at > $4 AND EXISTS
		(SELECT 1 FROM delivery_attempts a WHERE a.delivery_id = deliveries.id
		AND a.attempt = deliveries.attempts AND a.outcome = 'unsigned')
;
UPDATE webhook_endpoints SET next_attempt_at = COALESCE(
		(SELECT MIN(d.next_attempt_at) FROM deliveries d WHERE d.tenant = $1 AND d.environment = $2
		AND d.endpoint_id = $3 AND d.next_attempt_at > 0), 0)
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
INSERT INTO tenants (name, created_at) VALUES ($1, $2)
		ON CONFLICT (name) DO NOTHING
;
INSERT INTO environments (tenant, name, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, name) DO NOTHING
;
SELECT COUNT(*) FROM environments WHERE tenant = $1 AND name = $2
;
SELECT id, created_at, etag, rules, defaults FROM environment_policies
		WHERE tenant = $1 AND environment = $2
;
INSERT INTO environment_policies (tenant, environment, id, created_at, etag, rules,
		defaults) VALUES ($1, $2, $3, $4, $5, $6, $7)
;
UPDATE environment_policies SET id = $3, created_at = $4, etag = $5, rules = $6,
		defaults = $7 WHERE tenant = $1 AND environment = $2
;
SELECT tenant, environment, id, finding, kind, object_id, version, subject, state, evidence, seen,
	first_seen_at, last_seen_at, action, closed_at, closed_by, close_reason, gone FROM findings WHERE tenant = $1 AND environment = $2
		AND ($3 = '' OR state = $3) AND ($4 = '' OR finding = $4) AND ($5 = '' OR kind = $5)
		AND ($6 = '' OR object_id = $6) AND id > $7 ORDER BY id LIMIT $8
;
SELECT tenant, environment, id, finding, kind, object_id, version, subject, state, evidence, seen,
	first_seen_at, last_seen_at, action, closed_at, closed_by, close_reason, gone FROM findings
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT tenant, environment, id, finding, kind, object_id, version, subject, state, evidence, seen,
	first_seen_at, last_seen_at, action, closed_at, closed_by, close_reason, gone FROM findings f WHERE f.state = 'open'
		AND f.kind IN ('connectors', 'scoped-tokens', 'signing-secrets')
		AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.id = f.object_id) ORDER BY f.id LIMIT $1
;
INSERT INTO findings (tenant, environment, id, finding, kind, object_id, version, subject, state, evidence, seen,
	first_seen_at, last_seen_at, action, closed_at, closed_by, close_reason, gone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, evidence = excluded.evidence, seen = excluded.seen,
		first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, action = excluded.action,
		closed_at = excluded.closed_at, closed_by = excluded.closed_by, close_reason = excluded.close_reason,
		gone = excluded.gone
;
SELECT credential_id, networks FROM version_uses WHERE tenant = $1 AND environment = $2
		AND credential_id <> $3 AND networks LIKE $4 LIMIT 1000
;
SELECT b.environment, b.kind, b.object_id FROM value_uses a
		JOIN value_uses b ON b.tenant = a.tenant AND b.digest = a.digest
		WHERE a.tenant = $1 AND a.environment = $2 AND a.object_id = $3 AND b.object_id <> $3
		AND (a.supplied_at = 0 OR a.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = a.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = a.object_id) THEN 9223372036854775807 ELSE 0 END)) AND (b.supplied_at = 0 OR b.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = b.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = b.object_id) THEN 9223372036854775807 ELSE 0 END))
;
SELECT tenant, name FROM environments WHERE tenant > '' ORDER BY tenant, name
;
SELECT environment, kind, object_id FROM value_uses WHERE tenant = $1 AND digest = $2
;
SELECT tenant, environment, id, created_at, etag, kind, name, rule, reason, expires_at,
	expires,
	ended_at FROM guardrail_exemptions WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT tenant, environment, id, created_at, etag, kind, name, rule, reason, expires_at,
	expires,
	ended_at FROM guardrail_exemptions WHERE tenant = $1 AND environment = $2 AND id > $3
		AND ($4 = '' OR name = $4) ORDER BY id LIMIT $5
;
SELECT tenant, environment, id, created_at, etag, kind, name, rule, reason, expires_at,
	expires,
	ended_at FROM guardrail_exemptions WHERE tenant = $1 AND environment = $2 AND kind = $3 AND name = $4
;
SELECT tenant, environment, id, created_at, etag, kind, name, rule, reason, expires_at,
	expires,
	ended_at FROM guardrail_exemptions WHERE ended_at = 0 AND expires <= $1 ORDER BY expires LIMIT $2
;
INSERT INTO guardrail_exemptions (tenant, environment, id, created_at, etag, kind, name,
		rule, reason, expires_at, expires, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
;
UPDATE guardrail_exemptions SET etag = $4, reason = $5, expires_at = $6, expires = $7,
		ended_at = $8 WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM guardrail_exemptions WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT tenant, environment, body_hash, status, etag, location, object_id, rotation,
		body, at FROM idempotency
		WHERE principal = $1 AND method = $2 AND path = $3 AND idempotency_key = $4
;
INSERT INTO idempotency (tenant, environment, principal, method, path,
		idempotency_key, body_hash, status, etag, location, object_id, rotation, body, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (principal, method, path, idempotency_key) DO NOTHING
;
DELETE FROM idempotency
		WHERE principal = $1 AND method = $2 AND path = $3 AND idempotency_key = $4
;
DELETE FROM idempotency WHERE (principal, method, path, idempotency_key) IN
		(SELECT principal, method, path, idempotency_key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2)
		RETURNING tenant, environment
;
DELETE FROM idempotency WHERE (principal, method, path, idempotency_key) IN
		(SELECT principal, method, path, idempotency_key FROM idempotency
		WHERE tenant = $3 AND environment = $4 AND at < $1 ORDER BY at LIMIT $2) RETURNING tenant, environment
;
SELECT u.credential_id, u.version, u.first_at, u.last_at, u.uses, u.networks, u.consumers,
		u.scopes, u.unscoped, u.others FROM credentials c
		JOIN versions v ON v.credential_id = c.id AND v.number >= c.read_from
			AND v.state IN ('pending', 'current', 'previous')
		JOIN version_uses u ON u.credential_id = v.credential_id AND u.version = v.number
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id >= $3 AND c.id <= $4
;
SELECT s.id, e.connector_id FROM signing_secrets s
		JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
		WHERE s.tenant = $1 AND s.environment = $2 AND s.id >= $3 AND s.id <= $4
;
SELECT a.object_id,
		COALESCE((SELECT b.kind FROM value_uses b WHERE b.tenant = a.tenant AND b.digest = a.digest
			AND b.environment = a.environment AND b.object_id <> a.object_id AND (b.supplied_at = 0 OR b.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = b.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = b.object_id) THEN 9223372036854775807 ELSE 0 END)) LIMIT 1), ''),
		COALESCE((SELECT b.object_id FROM value_uses b WHERE b.tenant = a.tenant AND b.digest = a.digest
			AND b.environment = a.environment AND b.object_id <> a.object_id AND (b.supplied_at = 0 OR b.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = b.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = b.object_id) THEN 9223372036854775807 ELSE 0 END)) LIMIT 1), ''),
		EXISTS (SELECT 1 FROM value_uses b WHERE b.tenant = a.tenant AND b.digest = a.digest
			AND b.environment <> a.environment AND (b.supplied_at = 0 OR b.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = b.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = b.object_id) THEN 9223372036854775807 ELSE 0 END)))
		FROM value_uses a WHERE a.tenant = $1 AND a.environment = $2 AND a.object_id >= $3 AND a.object_id <= $4
		AND (a.supplied_at = 0 OR a.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = a.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = a.object_id) THEN 9223372036854775807 ELSE 0 END))
;
SELECT id, name FROM principals
		WHERE tenant = $1 AND environment = $2 AND id >= $3 AND id <= $4
		UNION ALL SELECT id, name FROM workload_identities
		WHERE tenant = $1 AND environment = $2 AND id >= $3 AND id <= $4
;
SELECT o.id, e.rule, e.reason, e.expires_at FROM connectors o
			JOIN guardrail_exemptions e ON e.tenant = o.tenant AND e.environment = o.environment
			AND e.kind = 'connectors' AND e.name = o.name
			WHERE o.tenant = $1 AND o.environment = $2 AND o.id >= $3 AND o.id <= $4 AND e.expires > $5
;
SELECT o.id, e.rule, e.reason, e.expires_at FROM principals o
			JOIN guardrail_exemptions e ON e.tenant = o.tenant AND e.environment = o.environment
			AND e.kind = 'principals' AND e.name = o.name
			WHERE o.tenant = $1 AND o.environment = $2 AND o.id >= $3 AND o.id <= $4 AND e.expires > $5
;
SELECT o.id, e.rule, e.reason, e.expires_at FROM signing_secrets o
			JOIN guardrail_exemptions e ON e.tenant = o.tenant AND e.environment = o.environment
			AND e.kind = 'signing-secrets' AND e.name = o.name
			WHERE o.tenant = $1 AND o.environment = $2 AND o.id >= $3 AND o.id <= $4 AND e.expires > $5
;
SELECT o.id, e.rule, e.reason, e.expires_at FROM scoped_tokens o
			JOIN guardrail_exemptions e ON e.tenant = o.tenant AND e.environment = o.environment
			AND e.kind = 'scoped-tokens' AND e.name = o.name
			WHERE o.tenant = $1 AND o.environment = $2 AND o.id >= $3 AND o.id <= $4 AND e.expires > $5
;
SELECT o.id, e.rule, e.reason, e.expires_at FROM workload_identities o
			JOIN guardrail_exemptions e ON e.tenant = o.tenant AND e.environment = o.environment
			AND e.kind = 'workload-identities' AND e.name = o.name
			WHERE o.tenant = $1 AND o.environment = $2 AND o.id >= $3 AND o.id <= $4 AND e.expires > $5
;
INSERT INTO keys (purpose, number, sealed, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (purpose, number) DO NOTHING
;
SELECT purpose FROM keys WHERE purpose > '' ORDER BY purpose LIMIT 1
;
SELECT number, sealed FROM keys WHERE purpose = $1 ORDER BY number DESC LIMIT 1
;
SELECT number, sealed FROM keys WHERE purpose = $1 ORDER BY number
;
SELECT purpose, number, created_at FROM keys WHERE purpose > '' ORDER BY purpose, number
;
DELETE FROM keys WHERE purpose = $1 AND number = $2
;
SELECT object_id, digest, presented_at > 0, superseded_at > 0 FROM claims
	WHERE tenant = $1 AND environment = $2 AND object_id >= $3 AND object_id <= $4
;
UPDATE secrets SET lookup_hash = $3, mac = $4 WHERE credential_id = $1 AND number = $2
		AND lookup_hash IS NOT NULL
;
UPDATE value_hashes SET hash = $3 WHERE credential_id = $1 AND number = $2
;
SELECT mac FROM rotation_policies WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE rotation_policies SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT s.mac FROM secrets s JOIN credentials c ON c.id = s.credential_id
				WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3 AND s.number = $4
;
UPDATE secrets SET mac = $5 WHERE $1 <> '' AND $2 <> '' AND credential_id = $3 AND number = $4
;
SELECT mac FROM access_tokens WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE access_tokens SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM claims WHERE tenant = $1 AND environment = $2 AND object_id = $3 AND number = $4
;
UPDATE claims SET mac = $5 WHERE tenant = $1 AND environment = $2 AND object_id = $3
				AND number = $4
;
SELECT mac FROM guardrail_exemptions WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE guardrail_exemptions SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE scoped_tokens SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM connectors WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE connectors SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM principals WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE principals SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM workload_identities WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE workload_identities SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM runs WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE runs SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT mac FROM environment_policies WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE environment_policies SET mac = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
SELECT place, away, ended_at FROM moves WHERE one = 1
;
SELECT highest FROM names
		WHERE tenant = $1 AND environment = $2 AND kind = $3 AND name = $4
;
SELECT COALESCE(MAX(highest), 0) FROM names
		WHERE tenant = $1 AND environment = $2 AND kind = $3 AND name >= $4 AND name < $5
;
SELECT (incarnation - 1) * $1 FROM platform WHERE one = 1
;
INSERT INTO names (tenant, environment, kind, name, highest) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, environment, kind, name) DO UPDATE SET
		highest = CASE WHEN excluded.highest > names.highest THEN excluded.highest ELSE names.highest END
;
SELECT o.id FROM connectors o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3 AND o.deleting_since = 0
;
SELECT o.id FROM scoped_tokens o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3
;
SELECT o.id FROM webhook_endpoints o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3 AND o.deleting_since = 0
;
SELECT o.id FROM signing_secrets o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3
;
SELECT o.id FROM rotation_policies o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3 AND o.deleting_since = 0
;
SELECT o.id FROM workload_identities o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3
;
SELECT c.tenant, c.environment, c.kind, c.id,
		COALESCE(n.rotation_policy_id, t.rotation_policy_id, s.rotation_policy_id, ''), n.credentials_expire_at,
		t.unused_expiry,
		c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM credentials c
		LEFT JOIN connectors n ON n.tenant = c.tenant AND n.environment = c.environment AND n.id = c.id
		LEFT JOIN scoped_tokens t ON t.tenant = c.tenant AND t.environment = c.environment AND t.id = c.id
		LEFT JOIN signing_secrets s ON s.tenant = c.tenant AND s.environment = c.environment AND s.id = c.id
		WHERE c.notice_at > 0 AND c.notice_at <= $1 ORDER BY c.notice_at, c.id LIMIT $2
;
UPDATE credentials SET notice_at = $2 WHERE id = $1
;
UPDATE credentials SET announced_at = $2, announced_due = $3 WHERE id = $1
;
UPDATE credentials SET notice_at = 1 WHERE tenant = $1 AND environment = $2
;
UPDATE credentials SET notice_at = 1
		WHERE tenant = $1 AND environment = $2 AND id IN
		(SELECT id FROM connectors WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3)
;
INSERT INTO notified (tenant, environment, object_id, type, fact, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, environment, object_id, type, fact) DO NOTHING
;
DELETE FROM notified WHERE tenant = $1 AND environment = $2 AND object_id = $3
;
DELETE FROM notified WHERE (tenant, environment, object_id, type, fact) IN
		(SELECT tenant, environment, object_id, type, fact FROM notified WHERE at < $1 LIMIT $2)
;
SELECT from_at, sent, left_out FROM notification_windows
		WHERE tenant = $1 AND environment = $2 AND type = $3
;
INSERT INTO notification_windows (tenant, environment, type, from_at, sent, left_out)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, environment, type) DO UPDATE
		SET from_at = excluded.from_at, sent = excluded.sent, left_out = excluded.left_out
;
SELECT e.id, e.event_types FROM webhook_endpoints e
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE e.tenant = $1 AND e.environment = $2 AND e.notified = 1 AND e.enabled = 1 AND c.enabled = 1 ORDER BY e.id
;
SELECT name, owner, id, name FROM connectors
			WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT t.name, t.owner, c.id, c.name FROM scoped_tokens t
			JOIN connectors c ON c.tenant = t.tenant AND c.environment = t.environment AND c.id = t.connector_id
			WHERE t.tenant = $1 AND t.environment = $2 AND t.id = $3
;
SELECT s.name, s.owner, c.id, c.name FROM signing_secrets s
			JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
			JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
			WHERE s.tenant = $1 AND s.environment = $2 AND s.id = $3
;
SELECT tenant, environment, id, finding, kind, object_id, version, subject, state, evidence, seen,
	first_seen_at, last_seen_at, action, closed_at, closed_by, close_reason, gone FROM findings
	WHERE tenant = $1 AND environment = $2 AND object_id >= $3 AND object_id <= $4 AND state = 'open'
	ORDER BY object_id, finding, version, subject
;
INSERT INTO platform (one, id, incarnation, restore_confirmed, created_at)
		VALUES (1, $1, $2, $3, $4) ON CONFLICT (one) DO NOTHING
;
SELECT id, incarnation, restore_confirmed, created_at FROM platform WHERE one = 1
;
SELECT 'connectors', o.id, o.name, o.labels FROM connectors o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.rotation_policy_id = $3 UNION ALL SELECT 'scoped-tokens', o.id, o.name, o.labels FROM scoped_tokens o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.rotation_policy_id = $3 UNION ALL SELECT 'signing-secrets', o.id, o.name, o.labels FROM signing_secrets o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.rotation_policy_id = $3
;
INSERT INTO principals (id, tenant, environment, name, role, created_at, expires_at,
		token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
;
SELECT id, tenant, environment, name, role, created_at, expires_at, token_hash, last_used_at,
	ended_at, ended_by, end_reason FROM principals WHERE token_hash = $1
;
SELECT id, tenant, environment, name, role, created_at, expires_at, token_hash, last_used_at,
	ended_at, ended_by, end_reason FROM principals WHERE id = $1
;
SELECT id, tenant, environment, name, role, created_at, expires_at, token_hash, last_used_at,
	ended_at, ended_by, end_reason FROM principals WHERE tenant = $1 AND environment = $2 AND id > $3 AND ended_at = 0
		AND ($4 = '' OR name = $4) ORDER BY id LIMIT $5
;
SELECT id FROM principals WHERE tenant = $1 AND environment = $2 AND role = $3
		AND id <> $4 AND ended_at = 0 AND (expires_at = 0 OR expires_at > $5) LIMIT 1
;
UPDATE principals SET ended_at = $2, ended_by = $3, end_reason = $4
		WHERE id = $1 AND ended_at = 0
;
UPDATE principals SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2
;
SELECT name FROM principals WHERE id = $1 AND tenant = $2 AND environment = $3
		UNION ALL SELECT name FROM workload_identities WHERE id = $1 AND tenant = $2 AND environment = $3
;
UPDATE deliveries SET state = 'queued', next_attempt_at = $5,
		ended_at = 0, resent = attempts WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND id = $4
		AND body IS NOT NULL
;
UPDATE deliveries SET state = 'queued', next_attempt_at = $5,
		ended_at = 0, resent = attempts WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3
	AND state = 'failed' AND created_at >= $4 AND body IS NOT NULL
;
SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM deliveries WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3
	AND state = 'failed' AND created_at >= $4 AND body IS NOT NULL
;
UPDATE deliveries SET next_attempt_at = $5
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND created_at >= $4 AND next_attempt_at > $5
;
SELECT COUNT(*) FROM scoped_tokens
			WHERE tenant = $1 AND environment = $2 AND connector_id = $3
;
SELECT COUNT(*) FROM webhook_endpoints
			WHERE tenant = $1 AND environment = $2 AND connector_id = $3
;
SELECT COUNT(*) FROM signing_secrets
			WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3
;
SELECT COUNT(*) FROM connectors
			WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
;
SELECT COUNT(*) FROM scoped_tokens
			WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
;
SELECT COUNT(*) FROM signing_secrets
			WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
;
SELECT r.tenant, r.environment, r.connector_id, r.version, r.supplied, r.generation, r.intent_at,
	r.lost, r.failures, r.status, r.reason, r.next_at, r.refreshed_at, r.renew_at, r.expires_at, r.sealed
	FROM connector_refreshes r WHERE r.tenant = $1 AND r.environment = $2
		AND r.connector_id >= $3 AND r.connector_id <= $4 ORDER BY r.connector_id
;
SELECT r.tenant, r.environment, r.connector_id FROM connector_refreshes r
		JOIN connectors c ON c.tenant = r.tenant AND c.environment = r.environment AND c.id = r.connector_id
		WHERE r.next_at > 0 AND r.next_at <= $1 AND c.enabled = 1 ORDER BY r.next_at, r.connector_id LIMIT $2
;
INSERT INTO connector_refreshes (tenant, environment, connector_id, version, supplied,
		generation, intent_at, lost, failures, status, reason, next_at, refreshed_at, renew_at, expires_at, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (connector_id) DO UPDATE SET version = excluded.version, supplied = excluded.supplied,
		generation = excluded.generation, intent_at = excluded.intent_at, lost = excluded.lost,
		failures = excluded.failures, status = excluded.status, reason = excluded.reason, next_at = excluded.next_at,
		refreshed_at = excluded.refreshed_at, renew_at = excluded.renew_at, expires_at = excluded.expires_at,
		sealed = excluded.sealed
;
DELETE FROM connector_refreshes WHERE connector_id = $1
;
DELETE FROM versions WHERE (credential_id, number) IN (SELECT v.credential_id, v.number
		FROM connector_refreshes r CROSS JOIN credentials c CROSS JOIN versions v WHERE r.next_at >= 0
		AND c.tenant = r.tenant AND c.environment = r.environment AND c.id = r.connector_id
		AND v.credential_id = c.id AND v.number < c.read_from AND v.number <> r.supplied
		AND v.state = $1 AND v.end_reason = $2 LIMIT $3)
;
UPDATE platform SET incarnation = $1, restore_confirmed = 0
		WHERE one = 1 AND incarnation < $1
;
UPDATE platform SET restore_confirmed = 1
		WHERE one = 1 AND incarnation = $1 AND restore_confirmed = 0
;
INSERT INTO restores (incarnation, source, as_of, restored_at, confirmed_at)
		VALUES ($1, $2, $3, $4, 0) ON CONFLICT (incarnation) DO NOTHING
;
UPDATE restores SET confirmed_at = $2 WHERE incarnation = $1
;
SELECT incarnation, source, as_of, restored_at, confirmed_at FROM restores
		WHERE incarnation = $1
;
UPDATE access_changes SET number = number + $1 WHERE one = 1
;
UPDATE names SET highest = highest + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE credentials SET highest = highest + $3
		WHERE tenant = $1 AND environment = $2
;
UPDATE connectors SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE scoped_tokens SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE webhook_endpoints SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE signing_secrets SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE rotation_policies SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE workload_identities SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
UPDATE guardrail_exemptions SET etag = etag + $3 WHERE tenant = $1 AND environment = $2
;
SELECT r.connector_id, r.token_id, COALESCE(t.name, ''), r.consumer, r.version, r.retrieved,
	r.first_at, r.last_at, r.fetch_again_at, r.audited_at, r.audited_count
	FROM retrievals r LEFT JOIN scoped_tokens t
		ON t.tenant = r.tenant AND t.environment = r.environment AND t.id = r.token_id WHERE r.tenant = $1 AND r.environment = $2
		AND r.connector_id = $3 AND r.token_id = $4 AND r.consumer = $5 AND r.version = $6
;
SELECT r.connector_id, r.token_id, COALESCE(t.name, ''), r.consumer, r.version, r.retrieved,
	r.first_at, r.last_at, r.fetch_again_at, r.audited_at, r.audited_count
	FROM retrievals r LEFT JOIN scoped_tokens t
		ON t.tenant = r.tenant AND t.environment = r.environment AND t.id = r.token_id WHERE r.tenant = $1 AND r.environment = $2
		AND r.connector_id >= $3 AND r.connector_id <= $4
		ORDER BY r.connector_id, r.token_id, r.consumer, r.version
;
SELECT COUNT(*) FROM retrievals
		WHERE tenant = $1 AND environment = $2 AND connector_id = $3 AND token_id = $4
;
DELETE FROM retrievals WHERE tenant = $1 AND environment = $2 AND connector_id = $3
		AND token_id = $4 AND consumer = $5 AND fetch_again_at <= $6 AND version < (SELECT MAX(n.version)
		FROM retrievals n WHERE n.connector_id = $3 AND n.token_id = $4 AND n.consumer = $5)
;
INSERT INTO retrievals (tenant, environment, connector_id, token_id, consumer, version,
		retrieved, first_at, last_at, fetch_again_at, audited_at, audited_count)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (connector_id, token_id, consumer, version) DO UPDATE SET retrieved = excluded.retrieved,
		last_at = CASE WHEN excluded.last_at > retrievals.last_at THEN excluded.last_at ELSE retrievals.last_at END,
		fetch_again_at = CASE WHEN excluded.fetch_again_at > retrievals.fetch_again_at THEN excluded.fetch_again_at
		ELSE retrievals.fetch_again_at END,
		audited_at = excluded.audited_at, audited_count = excluded.audited_count
;
DELETE FROM retrievals WHERE (connector_id, token_id, consumer, version) IN (
		SELECT r.connector_id, r.token_id, r.consumer, r.version FROM retrievals r
		WHERE r.last_at < $2 AND (r.last_at < $1 OR EXISTS (SELECT 1 FROM retrievals n
			WHERE n.connector_id = r.connector_id AND n.token_id = r.token_id AND n.consumer = r.consumer
			AND n.version > r.version AND n.first_at < $2))
		LIMIT $3)
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, o.rotation_interval, o.rotation_overlap,
		o.max_stage, o.max_age, o.quiet_period, o.require_acknowledgement, o.on_stage_timeout FROM rotation_policies o WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, o.rotation_interval, o.rotation_overlap,
		o.max_stage, o.max_age, o.quiet_period, o.require_acknowledgement, o.on_stage_timeout FROM rotation_policies o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, o.rotation_interval, o.rotation_overlap,
		o.max_stage, o.max_age, o.quiet_period, o.require_acknowledgement, o.on_stage_timeout FROM rotation_policies o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.name = $5 AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, o.rotation_interval, o.rotation_overlap,
		o.max_stage, o.max_age, o.quiet_period, o.require_acknowledgement, o.on_stage_timeout FROM rotation_policies o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels) AND $7 = '' AND $8 = '' AND $9 = '' AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0)) AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
INSERT INTO rotation_policies (tenant, environment, id, name, description, labels,
		created_at, etag, rotation_interval, rotation_overlap, max_stage, max_age, quiet_period,
		require_acknowledgement, on_stage_timeout)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
;
UPDATE rotation_policies SET name = $4, description = $5, labels = $6, etag = $7,
		rotation_interval = $8, rotation_overlap = $9, max_stage = $10, max_age = $11, quiet_period = $12,
		require_acknowledgement = $13, on_stage_timeout = $14 WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM rotation_policies
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT COUNT(*) FROM leases WHERE kind = $1 AND id = $2 AND attempt = $3
;
DELETE FROM leases WHERE (kind, id) IN
		(SELECT kind, id FROM leases WHERE until < $1 ORDER BY until LIMIT $2)
;
SELECT tenant, environment, id, principal, started_at, lease_until, ended_at, in_order FROM runs WHERE tenant = $1 AND environment = $2 AND id = $3
;
INSERT INTO runs (tenant, environment, id, principal, started_at, lease_until, ended_at,
		in_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, environment, id) DO NOTHING
;
UPDATE runs SET lease_until = $4, ended_at = $5, in_order = $6
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT tenant, environment, id, principal, started_at, lease_until, ended_at, in_order FROM runs WHERE ended_at = 0 AND lease_until > $1 AND lease_until < $2
		ORDER BY lease_until LIMIT $3
;
DELETE FROM runs WHERE (tenant, environment, id) IN
		(SELECT tenant, environment, id FROM runs WHERE lease_until < $1 ORDER BY lease_until LIMIT $2)
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.connector_id, o.scopes, o.allowed_cidrs,
		o.expires_at_given, COALESCE(o.rotation_policy_id, ''), o.rotate_when_changed, o.minimum_version,
		o.deletion_protection, o.rate_limit, o.unused_expiry, o.certified_until, o.scopes_since, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM scoped_tokens o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.connector_id, o.scopes, o.allowed_cidrs,
		o.expires_at_given, COALESCE(o.rotation_policy_id, ''), o.rotate_when_changed, o.minimum_version,
		o.deletion_protection, o.rate_limit, o.unused_expiry, o.certified_until, o.scopes_since, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM scoped_tokens o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.connector_id, o.scopes, o.allowed_cidrs,
		o.expires_at_given, COALESCE(o.rotation_policy_id, ''), o.rotate_when_changed, o.minimum_version,
		o.deletion_protection, o.rate_limit, o.unused_expiry, o.certified_until, o.scopes_since, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM scoped_tokens o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.name = $5 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.connector_id, o.scopes, o.allowed_cidrs,
		o.expires_at_given, COALESCE(o.rotation_policy_id, ''), o.rotate_when_changed, o.minimum_version,
		o.deletion_protection, o.rate_limit, o.unused_expiry, o.certified_until, o.scopes_since, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM scoped_tokens o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels) AND ($7 = '' OR o.owner = $7) AND ($8 = '' OR o.connector_id = $8) AND $9 = '' AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0)) ORDER BY o.id LIMIT $4
;
INSERT INTO scoped_tokens (tenant, environment, id, name, description, labels,
		created_at, etag, connector_id, owner, scopes, allowed_cidrs, expires_at_given, rotation_policy_id,
		rotate_when_changed, minimum_version, deletion_protection, rate_limit, unused_expiry, certified_until,
		scopes_since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
;
UPDATE scoped_tokens SET name = $4, description = $5, labels = $6, etag = $7,
		owner = $8, scopes = $9, allowed_cidrs = $10, expires_at_given = $11, rotation_policy_id = $12,
		rotate_when_changed = $13, minimum_version = $14, deletion_protection = $15, rate_limit = $16,
		unused_expiry = $17, certified_until = $18, scopes_since = $19
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND id = $3
;
UPDATE deliveries SET body = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE webhook_endpoints SET sealed_client_key = $5
				WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE webhook_endpoints SET sealed_url = $5
				WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE webhook_endpoints SET sealed_headers = $5
				WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0
;
UPDATE keys SET sealed = $5 WHERE $1 = '' AND $2 = '' AND purpose = $3 AND number = $4
;
UPDATE secrets SET sealed = $5 WHERE $1 <> '' AND $2 <> '' AND credential_id = $3 AND number = $4
;
UPDATE connector_refreshes SET sealed = $5
				WHERE tenant = $1 AND environment = $2 AND connector_id = $3 AND version = $4
;
INSERT INTO secrets (credential_id, number, lookup_hash, sealed, digest, public_key)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (credential_id, number) DO UPDATE SET lookup_hash = excluded.lookup_hash,
		sealed = excluded.sealed, digest = excluded.digest, public_key = excluded.public_key
;
SELECT sealed FROM secrets WHERE credential_id = $1 AND number = $2
;
DELETE FROM secrets WHERE credential_id = $1 AND number = $2
;
SELECT c.tenant, c.environment, c.kind, c.id, s.number FROM secrets s
		JOIN credentials c ON c.id = s.credential_id WHERE s.lookup_hash = $1
;
INSERT INTO value_hashes (credential_id, number, hash) VALUES ($1, $2, $3)
		ON CONFLICT (credential_id, number) DO UPDATE SET hash = excluded.hash
;
SELECT c.tenant, c.environment, c.kind, c.id FROM value_hashes h
		JOIN credentials c ON c.id = h.credential_id WHERE h.hash = $1 LIMIT 1
;
SELECT c.tenant, c.environment, c.kind, c.id, h.number, v.ended_at FROM value_hashes h
		JOIN versions v ON v.credential_id = h.credential_id AND v.number = h.number
		JOIN credentials c ON c.id = h.credential_id
		WHERE h.hash = $1 AND c.tenant = $2 AND c.environment = $3
;
SELECT s.credential_id, s.number, s.sealed FROM credentials c
		JOIN secrets s ON s.credential_id = c.id WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3
		AND NOT EXISTS (SELECT 1 FROM value_hashes h WHERE h.credential_id = s.credential_id AND h.number = s.number)
;
SELECT credential_id, number, digest, public_key FROM secrets
		WHERE credential_id = $1
;
SELECT s.credential_id, s.number, s.digest, s.public_key
		FROM credentials c JOIN secrets s ON s.credential_id = c.id
		WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3 AND c.id >= $4 AND c.id <= $5
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.endpoint_id, ''), COALESCE((SELECT r.name FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version,
		o.rotation_policy_id, o.rotate_when_changed, o.minimum_version, o.deletion_protection, o.next_probe_at,
		o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control, o.probe_detail,
		o.revoked_secrets, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM signing_secrets o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.endpoint_id, ''), COALESCE((SELECT r.name FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version,
		o.rotation_policy_id, o.rotate_when_changed, o.minimum_version, o.deletion_protection, o.next_probe_at,
		o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control, o.probe_detail,
		o.revoked_secrets, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM signing_secrets o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.endpoint_id, ''), COALESCE((SELECT r.name FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version,
		o.rotation_policy_id, o.rotate_when_changed, o.minimum_version, o.deletion_protection, o.next_probe_at,
		o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control, o.probe_detail,
		o.revoked_secrets, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM signing_secrets o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.name = $5 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.endpoint_id, ''), COALESCE((SELECT r.name FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version,
		o.rotation_policy_id, o.rotate_when_changed, o.minimum_version, o.deletion_protection, o.next_probe_at,
		o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control, o.probe_detail,
		o.revoked_secrets, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM signing_secrets o JOIN credentials c ON c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels) AND ($7 = '' OR o.owner = $7) AND $8 = '' AND ($9 = '' OR o.endpoint_id = $9) AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0)) ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', COALESCE(o.endpoint_id, ''), COALESCE((SELECT r.name FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM webhook_endpoints r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.endpoint_id AND r.deleting_since > 0), 0), COALESCE(o.rotation_policy_id, ''), COALESCE((SELECT r.name FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM rotation_policies r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.rotation_policy_id AND r.deleting_since > 0), 0), o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version,
		o.rotation_policy_id, o.rotate_when_changed, o.minimum_version, o.deletion_protection, o.next_probe_at,
		o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control, o.probe_detail,
		o.revoked_secrets, o.certified_until, c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open') FROM signing_secrets o JOIN credentials c ON c.id = o.id
		WHERE o.tenant = $1 AND o.environment = $2 AND o.endpoint_id = $3 ORDER BY o.id
;
INSERT INTO signing_secrets (tenant, environment, id, name, description, labels,
		created_at, etag, endpoint_id, algorithm, owner, secret_wo_version, rotation_policy_id, rotate_when_changed,
		minimum_version, deletion_protection, next_probe_at, probes, probe_version, probe_at, probe_result,
		probe_status, probe_control, probe_detail, revoked_secrets, certified_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
		$23, $24, $25, $26)
;
UPDATE signing_secrets SET name = $4, description = $5, labels = $6, etag = $7,
		owner = $8, secret_wo_version = $9, rotation_policy_id = $10, rotate_when_changed = $11,
		minimum_version = $12, deletion_protection = $13, next_probe_at = $14, probes = $15, probe_version = $16,
		probe_at = $17, probe_result = $18, probe_status = $19, probe_control = $20, probe_detail = $21,
		revoked_secrets = $22, certified_until = $23 WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT s.tenant, s.environment, 'signing-secrets', s.id
		FROM signing_secrets s
		JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE s.next_probe_at > 0 AND s.next_probe_at <= $1 AND e.enabled = 1 AND e.probed_at <= $2
		AND e.paused_until <= $1 AND c.enabled = 1 ORDER BY s.next_probe_at, s.id LIMIT $3
;
INSERT INTO tombstones (tenant, environment, id, kind, name, owner, connector_id,
				connector_name, created_at, closed_at, closed_by, version, highest)
				SELECT o.tenant, o.environment, o.id, c.kind, o.name, o.owner, n.id, n.name, o.created_at, $4, $5, c.version,
				c.highest FROM connectors o JOIN connectors n ON n.tenant = o.tenant AND n.environment = o.environment
		AND n.id = o.id JOIN credentials c ON c.tenant = o.tenant AND c.environment = o.environment
				AND c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
INSERT INTO tombstones (tenant, environment, id, kind, name, owner, connector_id,
				connector_name, created_at, closed_at, closed_by, version, highest)
				SELECT o.tenant, o.environment, o.id, c.kind, o.name, o.owner, n.id, n.name, o.created_at, $4, $5, c.version,
				c.highest FROM scoped_tokens o JOIN connectors n ON n.tenant = o.tenant AND n.environment = o.environment
		AND n.id = o.connector_id JOIN credentials c ON c.tenant = o.tenant AND c.environment = o.environment
				AND c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
INSERT INTO tombstones (tenant, environment, id, kind, name, owner, connector_id,
				connector_name, created_at, closed_at, closed_by, version, highest)
				SELECT o.tenant, o.environment, o.id, c.kind, o.name, o.owner, n.id, n.name, o.created_at, $4, $5, c.version,
				c.highest FROM signing_secrets o
		JOIN webhook_endpoints e ON e.tenant = o.tenant AND e.environment = o.environment AND e.id = o.endpoint_id
		JOIN connectors n ON n.tenant = o.tenant AND n.environment = o.environment AND n.id = e.connector_id JOIN credentials c ON c.tenant = o.tenant AND c.environment = o.environment
				AND c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
INSERT INTO closed_values (tenant, environment, hash, id, version, ended_at,
		end_reason, ended_by) SELECT c.tenant, c.environment, h.hash, c.id, h.number,
		CASE WHEN v.ended_at > 0 THEN v.ended_at ELSE $4 END,
		CASE WHEN v.ended_at > 0 THEN v.end_reason ELSE 'closed' END,
		CASE WHEN v.ended_at > 0 THEN v.ended_by ELSE $5 END
		FROM credentials c JOIN value_hashes h ON h.credential_id = c.id
		JOIN versions v ON v.credential_id = h.credential_id AND v.number = h.number
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3
;
SELECT t.tenant, t.environment, t.kind, t.id, t.name, t.owner, t.connector_id, t.connector_name,
		t.created_at, t.closed_at, t.closed_by, t.version, t.highest, COALESCE((SELECT p.name FROM principals p
		WHERE p.id = t.closed_by AND p.tenant = t.tenant AND p.environment = t.environment), '') FROM tombstones t
		WHERE t.tenant = $1 AND t.environment = $2 AND t.id = $3
;
SELECT t.tenant, t.environment, t.kind, t.id, t.name, t.owner, t.connector_id, t.connector_name,
		t.created_at, t.closed_at, t.closed_by, t.version, t.highest, COALESCE((SELECT p.name FROM principals p
		WHERE p.id = t.closed_by AND p.tenant = t.tenant AND p.environment = t.environment), '') FROM tombstones t
		WHERE t.tenant = $1 AND t.environment = $2 AND t.id > $3 AND ($5 = '' OR t.kind = $5) AND ($6 = '' OR t.name = $6)
		AND ($7 = '' OR t.owner = $7) AND ($8 = '' OR t.connector_id = $8) ORDER BY t.id LIMIT $4
;
SELECT t.tenant, t.environment, t.kind, t.id, t.name, t.owner, t.connector_id, t.connector_name,
		t.created_at, t.closed_at, t.closed_by, t.version, t.highest, COALESCE((SELECT p.name FROM principals p
		WHERE p.id = t.closed_by AND p.tenant = t.tenant AND p.environment = t.environment), ''), v.version, v.ended_at, v.end_reason, v.ended_by
		FROM closed_values v
		JOIN tombstones t ON t.tenant = v.tenant AND t.environment = v.environment AND t.id = v.id
		WHERE v.tenant = $1 AND v.environment = $2 AND v.hash = $3
;
INSERT INTO usage (tenant, environment, kind, objects, bytes) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (tenant, environment, kind) DO UPDATE
	SET objects = usage.objects + excluded.objects, bytes = usage.bytes + excluded.bytes RETURNING objects, bytes
;
SELECT kind, objects FROM usage WHERE tenant = $1 AND environment = $2
;
INSERT INTO value_uses (tenant, environment, kind, object_id, digest, supplied_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, object_id, digest)
		DO UPDATE SET supplied_at = excluded.supplied_at
;
SELECT environment, kind, object_id FROM value_uses
		WHERE tenant = $1 AND digest = $2 AND NOT (environment = $3 AND object_id = $4)
;
DELETE FROM value_uses WHERE tenant = $1 AND object_id = $2
;
SELECT v.credential_id, v.number, v.state, v.issued_at, v.current_since, v.previous_since, v.deadline,
	v.ended_at, v.ended_by, v.end_reason, v.promoted_by, v.forced, v.evidence_kind, v.evidence_at, v.evidence_actor,
	v.last_used_at, v.rolled_back, v.bounded FROM versions v
		WHERE v.credential_id = $1 AND v.number >= $2 ORDER BY v.number
;
SELECT v.credential_id, v.number, v.state, v.issued_at, v.current_since, v.previous_since, v.deadline,
	v.ended_at, v.ended_by, v.end_reason, v.promoted_by, v.forced, v.evidence_kind, v.evidence_at, v.evidence_actor,
	v.last_used_at, v.rolled_back, v.bounded
		FROM credentials c JOIN versions v ON v.credential_id = c.id AND v.number >= c.read_from
		WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3 AND c.id >= $4 AND c.id <= $5
		ORDER BY c.id, v.number
;
SELECT v.credential_id, v.number, v.state, v.issued_at, v.current_since, v.previous_since, v.deadline,
	v.ended_at, v.ended_by, v.end_reason, v.promoted_by, v.forced, v.evidence_kind, v.evidence_at, v.evidence_actor,
	v.last_used_at, v.rolled_back, v.bounded
		FROM credentials c JOIN versions v ON v.credential_id = c.id
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3 ORDER BY v.number
;
INSERT INTO versions (credential_id, number, state, issued_at, current_since,
		previous_since, deadline, ended_at, ended_by, end_reason, promoted_by, forced, evidence_kind, evidence_at,
		evidence_actor, last_used_at, rolled_back, bounded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (credential_id, number) DO UPDATE SET state = excluded.state, issued_at = excluded.issued_at,
		current_since = excluded.current_since, previous_since = excluded.previous_since,
		deadline = excluded.deadline, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
		end_reason = excluded.end_reason, promoted_by = excluded.promoted_by, forced = excluded.forced,
		evidence_kind = excluded.evidence_kind, evidence_at = excluded.evidence_at,
		evidence_actor = excluded.evidence_actor, rolled_back = excluded.rolled_back, bounded = excluded.bounded,
		last_used_at = CASE WHEN excluded.last_used_at > versions.last_used_at THEN excluded.last_used_at
		ELSE versions.last_used_at END
;
UPDATE versions SET last_used_at = CASE WHEN last_used_at < $3 THEN $3 ELSE last_used_at END,
		evidence_actor = CASE WHEN evidence_kind IS NULL THEN $6 ELSE evidence_actor END,
		evidence_at = CASE WHEN evidence_kind IS NULL THEN $5 ELSE evidence_at END,
		evidence_kind = CASE WHEN evidence_kind IS NULL THEN $4 ELSE evidence_kind END
		WHERE credential_id = $1 AND number = $2
;
UPDATE versions SET last_used_at = $3
		WHERE credential_id = $1 AND number = $2 AND last_used_at < $3
;
UPDATE credentials SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2
;
SELECT version, first_at, last_at, uses, networks, consumers, scopes, unscoped, others, activity
	FROM version_uses WHERE tenant = $1 AND environment = $2 AND credential_id = $3
;
SELECT version, first_at, last_at, uses, networks, consumers, scopes, unscoped, others, activity
	FROM version_uses WHERE tenant = $1 AND environment = $2 AND credential_id = $3 AND version = $4
;
INSERT INTO version_uses (tenant, environment, credential_id, version, first_at, last_at,
		uses, networks, consumers, scopes, unscoped, others, activity)
		SELECT c.tenant, c.environment, v.credential_id, v.number, $5, $6, $7, $8, $9, $10, $11, $12, $13
		FROM versions v JOIN credentials c ON c.id = v.credential_id
		WHERE c.tenant = $1 AND c.environment = $2 AND v.credential_id = $3 AND v.number = $4
		ON CONFLICT (credential_id, version) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at,
		uses = excluded.uses, networks = excluded.networks, consumers = excluded.consumers, scopes = excluded.scopes,
		unscoped = excluded.unscoped, others = excluded.others, activity = excluded.activity
;
INSERT INTO use_impairments (from_at, until_at, reason, lost) VALUES (0, $1, $2, 0)
		ON CONFLICT (from_at, reason) DO NOTHING
;
INSERT INTO use_impairments (from_at, until_at, reason, lost) VALUES ($1, $2, $3, $4)
		ON CONFLICT (from_at, reason) DO UPDATE SET until_at = excluded.until_at, lost = excluded.lost
;
DELETE FROM use_impairments WHERE until_at < $1 AND from_at > 0
;
SELECT from_at, until_at, reason, lost FROM use_impairments
		WHERE from_at <= $2 AND until_at > $1 ORDER BY from_at, reason
;
INSERT INTO use_recording (process, alive_at) VALUES ($1, $2)
		ON CONFLICT (process) DO UPDATE SET alive_at = excluded.alive_at
;
DELETE FROM use_recording WHERE process = $1
;
SELECT COALESCE(MIN(alive_at), 0) FROM use_recording
		WHERE alive_at <= $2 AND process <> $1
;
DELETE FROM use_recording WHERE alive_at <= $2 AND process <> $1
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), o.connector_id, o.url, o.event_types,
		o.enabled, o.disabled_reason, o.disabled_at, o.disabled_by, o.paused_until, o.probed_at, o.failing_since,
		o.failing_at, o.failing_detail, o.failing_unanswered, o.ca_certificate, o.client_certificate, o.rate_limit,
		o.sealed_url, o.url_digest, o.url_number, o.sealed_headers, o.headers_digest, o.headers_number,
		o.sealed_client_key, o.client_key_digest, o.client_key_number FROM webhook_endpoints o WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), o.connector_id, o.url, o.event_types,
		o.enabled, o.disabled_reason, o.disabled_at, o.disabled_by, o.paused_until, o.probed_at, o.failing_since,
		o.failing_at, o.failing_detail, o.failing_unanswered, o.ca_certificate, o.client_certificate, o.rate_limit,
		o.sealed_url, o.url_digest, o.url_number, o.sealed_headers, o.headers_digest, o.headers_number,
		o.sealed_client_key, o.client_key_digest, o.client_key_number FROM webhook_endpoints o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), o.connector_id, o.url, o.event_types,
		o.enabled, o.disabled_reason, o.disabled_at, o.disabled_by, o.paused_until, o.probed_at, o.failing_since,
		o.failing_at, o.failing_detail, o.failing_unanswered, o.ca_certificate, o.client_certificate, o.rate_limit,
		o.sealed_url, o.url_digest, o.url_number, o.sealed_headers, o.headers_digest, o.headers_number,
		o.sealed_client_key, o.client_key_digest, o.client_key_number FROM webhook_endpoints o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.name = $5 AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, o.deleting_since, o.deleting_by, COALESCE(o.connector_id, ''), COALESCE((SELECT r.name FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), ''),
			COALESCE((SELECT r.deleting_since FROM connectors r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.connector_id AND r.deleting_since > 0), 0), o.connector_id, o.url, o.event_types,
		o.enabled, o.disabled_reason, o.disabled_at, o.disabled_by, o.paused_until, o.probed_at, o.failing_since,
		o.failing_at, o.failing_detail, o.failing_unanswered, o.ca_certificate, o.client_certificate, o.rate_limit,
		o.sealed_url, o.url_digest, o.url_number, o.sealed_headers, o.headers_digest, o.headers_number,
		o.sealed_client_key, o.client_key_digest, o.client_key_number FROM webhook_endpoints o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels) AND $7 = '' AND ($8 = '' OR o.connector_id = $8) AND $9 = '' AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0)) AND o.deleting_since = 0 ORDER BY o.id LIMIT $4
;
INSERT INTO webhook_endpoints (tenant, environment, id, name, description,
		labels, created_at, etag, connector_id, url, event_types, enabled, disabled_reason, disabled_at, disabled_by,
		paused_until, probed_at, failing_since, failing_at, failing_detail, failing_unanswered, ca_certificate,
		client_certificate, rate_limit, sealed_url, url_digest, url_number, sealed_headers, headers_digest,
		headers_number, sealed_client_key, client_key_digest, client_key_number, notified,
		next_attempt_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
		$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, 0)
;
UPDATE webhook_endpoints SET name = $4, description = $5, labels = $6, etag = $7,
		url = $8, event_types = $9, enabled = $10, disabled_reason = $11, disabled_at = $12, disabled_by = $13,
		paused_until = $14, probed_at = $15, failing_since = $16, failing_at = $17, failing_detail = $18,
		failing_unanswered = $19, ca_certificate = $20, client_certificate = $21, rate_limit = $22, sealed_url = $23,
		url_digest = $24, url_number = $25, sealed_headers = $26, headers_digest = $27, headers_number = $28,
		sealed_client_key = $29, client_key_digest = $30, client_key_number = $31,
		notified = $32
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM webhook_endpoints
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT e.tenant, e.environment, 'webhook-endpoints', e.id, e.url,
		e.failing_unanswered FROM webhook_endpoints e
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE e.next_attempt_at > 0 AND e.next_attempt_at <= $1 AND e.enabled = 1 AND e.paused_until <= $1
		AND c.enabled = 1 ORDER BY e.next_attempt_at, e.id
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', o.owner, o.role, o.preset, o.issuer, o.audience,
		o.claims, o.max_ttl, o.allowed_cidrs, o.jwks, o.last_used_at FROM workload_identities o WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', o.owner, o.role, o.preset, o.issuer, o.audience,
		o.claims, o.max_ttl, o.allowed_cidrs, o.jwks, o.last_used_at FROM workload_identities o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', o.owner, o.role, o.preset, o.issuer, o.audience,
		o.claims, o.max_ttl, o.allowed_cidrs, o.jwks, o.last_used_at FROM workload_identities o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND o.name = $5 ORDER BY o.id LIMIT $4
;
SELECT o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, 0, '', o.owner, o.role, o.preset, o.issuer, o.audience,
		o.claims, o.max_ttl, o.allowed_cidrs, o.jwks, o.last_used_at FROM workload_identities o WHERE o.tenant = $1 AND o.environment = $2 AND o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels) AND ($7 = '' OR o.owner = $7) AND $8 = '' AND $9 = '' AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0)) ORDER BY o.id LIMIT $4
;
INSERT INTO workload_identities (tenant, environment, id, name, description,
		labels, created_at, etag, owner, role, preset, issuer, audience, claims, max_ttl, allowed_cidrs, jwks)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
;
UPDATE workload_identities SET name = $4, description = $5, labels = $6,
		etag = $7, owner = $8, role = $9, preset = $10, issuer = $11, audience = $12, claims = $13, max_ttl = $14,
		allowed_cidrs = $15, jwks = $16 WHERE tenant = $1 AND environment = $2 AND id = $3
;
DELETE FROM workload_identities
		WHERE tenant = $1 AND environment = $2 AND id = $3
;
SELECT tenant, environment FROM workload_identities WHERE id = $1
;
UPDATE workload_identities SET last_used_at = $2
		WHERE id = $1 AND last_used_at < $2