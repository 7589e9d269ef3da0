package move_test

// people put somebody into a database who is signed in, with a role.
var people = []string{
	`INSERT INTO issuers SELECT tenant, 'iss_1', 'corp', 'https://id.example.com', 'console', name, x'0102', 'groups',
		NULL, '["mfa"]', 1, 0, x'03' FROM environments LIMIT 1`,
	`INSERT INTO persons SELECT tenant, 'per_1', id, 'jo', 'Jo', 'jo@example.com', 1, '["team"]', 1, 2, 0, x'04'
		FROM issuers`,
	`INSERT INTO role_bindings SELECT tenant, key_environment, 'rbd_1', 1, 1, id, 'group', 'team', 'operator', x'05'
		FROM issuers`,
	`INSERT INTO sessions SELECT tenant, 'ses_1', 'browser', '', 'per_1', id, x'06', '', key_environment, x'0107',
		'refresh', 1, 2, 3, 2, 0, 0, '', x'08' FROM issuers`,
	`INSERT INTO sign_ins SELECT x'09', tenant, id, '/console', 3 FROM issuers`,
}
