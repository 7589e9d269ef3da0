--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SELECT pg_catalog.set_config('search_path', '', false);



--
-- Name: access_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.access_changes (
    one bigint NOT NULL,
    number bigint NOT NULL
);


--
-- Name: access_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.access_tokens (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    lookup_hash bytea NOT NULL,
    parent_kind text NOT NULL COLLATE pg_catalog."C",
    parent_id text NOT NULL COLLATE pg_catalog."C",
    parent_version bigint NOT NULL,
    scopes text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    opened_by text NOT NULL COLLATE pg_catalog."C",
    ended_at bigint NOT NULL,
    ended_by text NOT NULL COLLATE pg_catalog."C",
    end_reason text NOT NULL COLLATE pg_catalog."C",
    mac bytea NOT NULL
);


--
-- Name: audit_chain; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_chain (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    sequence bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    actor text NOT NULL COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    object_id text NOT NULL COLLATE pg_catalog."C",
    request_id text NOT NULL COLLATE pg_catalog."C",
    detail text COLLATE pg_catalog."C",
    previous bytea,
    hash bytea NOT NULL
);


--
-- Name: audit_checkpoints; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_checkpoints (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    at bigint NOT NULL,
    note text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: audit_events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_events (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    leaf bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    actor text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    workload text NOT NULL COLLATE pg_catalog."C",
    claims text COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    object_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    outcome text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    user_agent text NOT NULL COLLATE pg_catalog."C",
    request_id text NOT NULL COLLATE pg_catalog."C",
    detail text COLLATE pg_catalog."C",
    salt bytea,
    commitment bytea NOT NULL,
    hashes bytea NOT NULL,
    erased bigint NOT NULL
);


--
-- Name: audit_logs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_logs (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    root bytea NOT NULL,
    edge bytea NOT NULL,
    chain_size bigint NOT NULL,
    chain_head bytea
);


--
-- Name: claims; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.claims (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    object_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    claim_hash bytea NOT NULL,
    specification bytea NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C",
    principal text NOT NULL COLLATE pg_catalog."C",
    etag bigint NOT NULL,
    created_at bigint NOT NULL,
    presented_at bigint NOT NULL,
    superseded_at bigint NOT NULL,
    superseded_by text NOT NULL COLLATE pg_catalog."C",
    superseded_run text NOT NULL COLLATE pg_catalog."C",
    mac bytea,
    digest text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: clock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.clock (
    one bigint NOT NULL,
    written_at bigint NOT NULL,
    jumped_at bigint NOT NULL,
    accepted_at bigint NOT NULL
);


--
-- Name: closed_values; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.closed_values (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    hash bytea NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    ended_at bigint NOT NULL,
    end_reason text NOT NULL COLLATE pg_catalog."C",
    ended_by text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: compatible; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.compatible (
    one bigint NOT NULL,
    oldest bigint NOT NULL
);


--
-- Name: connector_refreshes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.connector_refreshes (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    connector_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    supplied bigint NOT NULL,
    generation bigint NOT NULL,
    intent_at bigint NOT NULL,
    lost bigint NOT NULL,
    failures bigint NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    next_at bigint NOT NULL,
    refreshed_at bigint NOT NULL,
    renew_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    sealed bytea
);


--
-- Name: connectors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.connectors (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    labels text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    owner text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    settings text COLLATE pg_catalog."C",
    allowed_scopes text COLLATE pg_catalog."C",
    enabled bigint NOT NULL,
    rotation_policy_id text COLLATE pg_catalog."C",
    credentials_wo_version bigint,
    digest text NOT NULL COLLATE pg_catalog."C",
    mac bytea,
    credentials_expire_at text COLLATE pg_catalog."C",
    deleting_since bigint DEFAULT 0 NOT NULL,
    deleting_by text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    certified_until text COLLATE pg_catalog."C"
);


--
-- Name: credentials; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.credentials (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    highest bigint NOT NULL,
    version bigint NOT NULL,
    hold_reason text COLLATE pg_catalog."C",
    hold_at bigint NOT NULL,
    hold_by text NOT NULL COLLATE pg_catalog."C",
    expires_at bigint NOT NULL,
    requested_after bigint NOT NULL,
    not_enforced bigint NOT NULL,
    settled_base bigint NOT NULL,
    settled_steps text COLLATE pg_catalog."C",
    next_deadline bigint NOT NULL,
    read_from bigint NOT NULL,
    last_used_at bigint NOT NULL,
    quarantine_reason text COLLATE pg_catalog."C",
    quarantine_at bigint DEFAULT 0 NOT NULL,
    quarantine_by text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    quarantine_until bigint DEFAULT 0 NOT NULL,
    quarantine_through bigint DEFAULT 0 NOT NULL,
    notice_at bigint DEFAULT 1 NOT NULL,
    unused_from bigint DEFAULT 0 NOT NULL,
    announced_at bigint DEFAULT 0 NOT NULL,
    announced_due bigint DEFAULT 0 NOT NULL
);


--
-- Name: data_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.data_keys (
    id bytea NOT NULL,
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    credential text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    wrapped bytea NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    next_attempt_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    attempts bigint NOT NULL,
    body bytea,
    resent bigint DEFAULT 0 NOT NULL,
    attempt_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    leased_until bigint DEFAULT 0 NOT NULL
);


--
-- Name: delivery_attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.delivery_attempts (
    delivery_id text NOT NULL COLLATE pg_catalog."C",
    attempt bigint NOT NULL,
    at bigint NOT NULL,
    duration bigint NOT NULL,
    outcome text NOT NULL COLLATE pg_catalog."C",
    status bigint,
    detail text NOT NULL COLLATE pg_catalog."C",
    signed_by text COLLATE pg_catalog."C"
);


--
-- Name: endpoint_attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.endpoint_attempts (
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    attempts bigint NOT NULL
);


--
-- Name: environment_policies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.environment_policies (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    rules text NOT NULL COLLATE pg_catalog."C",
    defaults text NOT NULL COLLATE pg_catalog."C",
    mac bytea
);


--
-- Name: environments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.environments (
    tenant text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);


--
-- Name: findings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.findings (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    finding text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    object_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    evidence text NOT NULL COLLATE pg_catalog."C",
    seen bigint NOT NULL,
    first_seen_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    action text NOT NULL COLLATE pg_catalog."C",
    closed_at bigint NOT NULL,
    closed_by text NOT NULL COLLATE pg_catalog."C",
    close_reason text NOT NULL COLLATE pg_catalog."C",
    gone bigint NOT NULL
);


--
-- Name: goose_db_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.goose_db_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.goose_db_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.goose_db_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: goose_lock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.goose_lock (
    lock_id bigint NOT NULL,
    locked boolean DEFAULT false NOT NULL,
    locked_at timestamp with time zone,
    locked_by text,
    lease_expires_at timestamp with time zone,
    updated_at timestamp with time zone
);


--
-- Name: guardrail_exemptions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.guardrail_exemptions (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    rule text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    expires_at text NOT NULL COLLATE pg_catalog."C",
    expires bigint NOT NULL,
    ended_at bigint NOT NULL,
    mac bytea
);


--
-- Name: idempotency; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency (
    principal text NOT NULL COLLATE pg_catalog."C",
    method text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    idempotency_key text NOT NULL COLLATE pg_catalog."C",
    body_hash bytea NOT NULL,
    status bigint NOT NULL,
    etag text NOT NULL COLLATE pg_catalog."C",
    location text NOT NULL COLLATE pg_catalog."C",
    body bytea,
    at bigint NOT NULL,
    object_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    rotation bytea,
    tenant text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    environment text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: keks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.keks (
    number bigint NOT NULL,
    created_at bigint NOT NULL,
    rewrapped_at bigint NOT NULL,
    retired_at bigint NOT NULL
);


--
-- Name: keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.keys (
    purpose text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: leases; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.leases (
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    attempt text NOT NULL COLLATE pg_catalog."C",
    until bigint NOT NULL
);


--
-- Name: moves; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.moves (
    one bigint NOT NULL,
    platform text NOT NULL COLLATE pg_catalog."C",
    place text NOT NULL COLLATE pg_catalog."C",
    away bigint NOT NULL,
    attempt bigint NOT NULL,
    begun_at bigint NOT NULL,
    ended_at bigint NOT NULL
);


--
-- Name: names; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.names (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    highest bigint NOT NULL
);


--
-- Name: notification_windows; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notification_windows (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    from_at bigint NOT NULL,
    sent bigint NOT NULL,
    left_out bigint NOT NULL
);


--
-- Name: notified; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notified (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    object_id text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    fact text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL
);


--
-- Name: platform; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.platform (
    one bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    incarnation bigint NOT NULL,
    restore_confirmed bigint NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: principals; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.principals (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    token_hash bytea NOT NULL,
    mac bytea,
    last_used_at bigint DEFAULT 0 NOT NULL,
    ended_at bigint DEFAULT 0 NOT NULL,
    ended_by text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    end_reason text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: restores; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.restores (
    incarnation bigint NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    as_of bigint NOT NULL,
    restored_at bigint NOT NULL,
    confirmed_at bigint NOT NULL
);


--
-- Name: retrievals; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.retrievals (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    connector_id text NOT NULL COLLATE pg_catalog."C",
    token_id text NOT NULL COLLATE pg_catalog."C",
    consumer text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    retrieved bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    fetch_again_at bigint NOT NULL,
    audited_at bigint NOT NULL,
    audited_count bigint NOT NULL
);


--
-- Name: rotation_policies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rotation_policies (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    labels text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    rotation_interval text NOT NULL COLLATE pg_catalog."C",
    rotation_overlap text NOT NULL COLLATE pg_catalog."C",
    max_stage text NOT NULL COLLATE pg_catalog."C",
    max_age text COLLATE pg_catalog."C",
    quiet_period text COLLATE pg_catalog."C",
    require_acknowledgement bigint NOT NULL,
    on_stage_timeout text NOT NULL COLLATE pg_catalog."C",
    mac bytea,
    deleting_since bigint DEFAULT 0 NOT NULL,
    deleting_by text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.runs (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    principal text NOT NULL COLLATE pg_catalog."C",
    started_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    ended_at bigint NOT NULL,
    in_order bigint NOT NULL,
    mac bytea
);


--
-- Name: scoped_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.scoped_tokens (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    labels text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    owner text NOT NULL COLLATE pg_catalog."C",
    connector_id text NOT NULL COLLATE pg_catalog."C",
    scopes text COLLATE pg_catalog."C",
    allowed_cidrs text COLLATE pg_catalog."C",
    expires_at_given text COLLATE pg_catalog."C",
    rotation_policy_id text COLLATE pg_catalog."C",
    rotate_when_changed text COLLATE pg_catalog."C",
    minimum_version bigint,
    deletion_protection bigint NOT NULL,
    mac bytea,
    rate_limit bigint,
    certified_until text COLLATE pg_catalog."C",
    unused_expiry text COLLATE pg_catalog."C",
    scopes_since text COLLATE pg_catalog."C"
);


--
-- Name: secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.secrets (
    credential_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    lookup_hash bytea,
    sealed bytea NOT NULL,
    digest text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    public_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    mac bytea
);


--
-- Name: serving; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.serving (
    one bigint NOT NULL,
    holder text NOT NULL COLLATE pg_catalog."C",
    fence bigint NOT NULL,
    expires_at bigint NOT NULL,
    shared_fence bigint DEFAULT 0 NOT NULL
);


--
-- Name: signing_secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signing_secrets (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    labels text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    owner text NOT NULL COLLATE pg_catalog."C",
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    algorithm text NOT NULL COLLATE pg_catalog."C",
    secret_wo_version bigint,
    rotation_policy_id text NOT NULL COLLATE pg_catalog."C",
    rotate_when_changed text COLLATE pg_catalog."C",
    minimum_version bigint,
    deletion_protection bigint NOT NULL,
    next_probe_at bigint NOT NULL,
    probes bigint NOT NULL,
    probe_version bigint NOT NULL,
    probe_at bigint NOT NULL,
    probe_result text NOT NULL COLLATE pg_catalog."C",
    probe_status bigint,
    probe_control bigint,
    probe_detail text NOT NULL COLLATE pg_catalog."C",
    revoked_secrets text COLLATE pg_catalog."C",
    certified_until text COLLATE pg_catalog."C"
);


--
-- Name: tenants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tenants (
    name text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);


--
-- Name: tombstones; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tombstones (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    connector_id text NOT NULL COLLATE pg_catalog."C",
    connector_name text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    closed_at bigint NOT NULL,
    closed_by text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    highest bigint NOT NULL
);


--
-- Name: turns; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.turns (
    one bigint NOT NULL
);


--
-- Name: usage; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.usage (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    objects bigint NOT NULL,
    bytes bigint NOT NULL
);


--
-- Name: use_impairments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.use_impairments (
    from_at bigint NOT NULL,
    until_at bigint NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    lost bigint NOT NULL
);


--
-- Name: use_recording; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.use_recording (
    process text NOT NULL COLLATE pg_catalog."C",
    alive_at bigint NOT NULL
);


--
-- Name: value_hashes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.value_hashes (
    credential_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    hash bytea NOT NULL
);


--
-- Name: value_uses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.value_uses (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    object_id text NOT NULL COLLATE pg_catalog."C",
    digest bytea NOT NULL,
    supplied_at bigint DEFAULT 0 NOT NULL
);


--
-- Name: version_uses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.version_uses (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    credential_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    uses bigint NOT NULL,
    networks text NOT NULL COLLATE pg_catalog."C",
    consumers text NOT NULL COLLATE pg_catalog."C",
    scopes text NOT NULL COLLATE pg_catalog."C",
    unscoped bigint NOT NULL,
    others text NOT NULL COLLATE pg_catalog."C",
    activity text DEFAULT '{}'::text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: versions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.versions (
    credential_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    issued_at bigint NOT NULL,
    current_since bigint NOT NULL,
    previous_since bigint NOT NULL,
    deadline bigint NOT NULL,
    ended_at bigint NOT NULL,
    ended_by text NOT NULL COLLATE pg_catalog."C",
    end_reason text NOT NULL COLLATE pg_catalog."C",
    promoted_by text NOT NULL COLLATE pg_catalog."C",
    forced bigint NOT NULL,
    evidence_kind text COLLATE pg_catalog."C",
    evidence_at bigint NOT NULL,
    evidence_actor text NOT NULL COLLATE pg_catalog."C",
    last_used_at bigint NOT NULL,
    rolled_back bigint NOT NULL,
    bounded bigint DEFAULT 0 NOT NULL
);


--
-- Name: webhook_endpoints; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_endpoints (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    labels text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    connector_id text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL COLLATE pg_catalog."C",
    event_types text COLLATE pg_catalog."C",
    enabled bigint NOT NULL,
    disabled_reason text COLLATE pg_catalog."C",
    disabled_at bigint NOT NULL,
    disabled_by text NOT NULL COLLATE pg_catalog."C",
    paused_until bigint NOT NULL,
    probed_at bigint NOT NULL,
    next_attempt_at bigint NOT NULL,
    failing_since bigint DEFAULT 0 NOT NULL,
    failing_at bigint DEFAULT 0 NOT NULL,
    failing_detail text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    failing_unanswered bigint DEFAULT 0 NOT NULL,
    sealed_url bytea,
    url_digest text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    url_number bigint,
    sealed_headers bytea,
    headers_digest text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    headers_number bigint,
    ca_certificate text COLLATE pg_catalog."C",
    client_certificate text COLLATE pg_catalog."C",
    sealed_client_key bytea,
    client_key_digest text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    client_key_number bigint,
    rate_limit bigint,
    deleting_since bigint DEFAULT 0 NOT NULL,
    deleting_by text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    notified bigint DEFAULT 0 NOT NULL
);


--
-- Name: workload_identities; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.workload_identities (
    tenant text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    labels text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    etag bigint NOT NULL,
    owner text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    preset text NOT NULL COLLATE pg_catalog."C",
    issuer text NOT NULL COLLATE pg_catalog."C",
    audience text NOT NULL COLLATE pg_catalog."C",
    claims text NOT NULL COLLATE pg_catalog."C",
    max_ttl text NOT NULL COLLATE pg_catalog."C",
    allowed_cidrs text COLLATE pg_catalog."C",
    jwks text COLLATE pg_catalog."C",
    last_used_at bigint DEFAULT 0 NOT NULL,
    mac bytea
);


--
-- Data for Name: access_changes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.access_changes VALUES (1, 14);


--
-- Data for Name: access_tokens; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_chain; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_checkpoints; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_events VALUES ('acme', 'staging', 0, 'evt_01M8Q49RFB748Z9YHM7TJ348E7', 1796072595947735, 'quickconnectd', '', '', NULL, 'create_environment', 'environments', 'staging', 0, 'success', '', '', '', NULL, '\xc6d2f3a21ac16bc4f97ec303ceda190610a6c5e166600a6363d7a032c850d64f', '\x2618a20b321df3234a6ff1cc22a787ed2ba4258943e8b291d9fec7f92d5362dc', '\x5489788a0d4dfc2443464290193fd15b90ce95f17bfd727843a9cbd026a83d9d', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 1, 'evt_01M8Q49RFB748Z9YHM7YEKRE3T', 1796072595947735, 'quickconnectd', '', '', NULL, 'create', 'principals', 'prn_01M8Q49RFB748Z9YHM7Y2KD21V', 0, 'success', '', '', '', '{"name":"deployer","role":"deployer"}', '\xb89e208c6a342115b4880b1f5e9bfe8398755627dbfc6ae66fa8de1ad285b4af', '\x96e2f078b6911a928317139d30fb9a8b59c70442205002f9bcd5f0d9ac58b0dc', '\x625e5788d483562a297225927f87d23e3ec93bda5545ebf1929b831b47b3946b0c53e22e66fa5a1e531c917d6021533d7f8cd16af190c2e35783d7d89aa40b5b', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 2, 'evt_01M8Q49RGCVHZ1SW55N0H15NWC', 1796072595980268, 'quickconnectd', '', '', NULL, 'create', 'principals', 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 0, 'success', '', '', '', '{"name":"deployer","role":"deployer"}', '\xd615267200f8a6b945d70f1b2899f35cabfd732ff503338afb8ea7df706c454e', '\x6c24840b34caa54b2f87d15407df0b88d64a62d5a30086dd54cd4bdd98029111', '\x671a6a79fa627b49f4a6220d60aaa2c9e85fbbd63ad520332b9ac0fed1f29d8e', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 3, 'evt_01M8Q49RMJ05FH2FNMKQB8FE4W', 1796072596114227, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'rotation-policies', 'pol_01M8Q49RMJ05FH2FNMKKQWFZGX', 0, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RMGDVDDNT6FFWT52PBF', '{"name":"weekly"}', '\xc8f72b1471e8773b84034d44da8d7a9646ee00cf0d96cb0fac1b29b9af13efd2', '\xb1df6a3957c56c41ba3f0390e4c76fa3c855e9d5b3e41c46b36961d32dbd4215', '\x0133a0ed87c00b7968510eb0defb5d7f48aed023c05e86ffe39383a522bfdf0035f2dccf29892e7619203cfae4034deb34397c0ac9da9f1cb31d3eef1660d91e3db791a19e2dcd5d26b24edf7ecba2cfbfb5081b009c850dce1b85674988bfc4', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 4, 'evt_01M8Q49RMT99KJ653Y68N6JKJA', 1796072596122173, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'connectors', 'con_01M8Q49RMT99KJ653Y64XEWGBY', 0, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RMSVF81TPB85T77AD38', '{"name":"chat"}', '\x6741baa58d06cb3c40a18543dfe96651b35a85967f77c2e0f2594f8b28115c7d', '\xb9beb30a95a079c7e1d4dc1d21d70e026a2c4b6e2e410883e57252677d8a7e46', '\x71d8470208faafe7239f82e829191c8ecd77dd7aceb64e8d81a563ee20b0205d', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 5, 'evt_01M8Q49RN057GXZBRH7YZHS8C0', 1796072596128985, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'scoped-tokens', 'tok_01M8Q49RN057GXZBRH7X4ERPBT', 1, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RMZQ9QTXD450A0P0AFD', '{"issued":"1","versions":"1"}', '\xe834ab179532253134d1ad52f7ee82bf6ec92a2d4df237c8092217167463b704', '\x9a58517085e90852ceeac9744b387c9c6669ca4f9e0051091e70980b9fa69dc5', '\xd59aaa3c4d6204dea856c6d004f40f1d9939537e006d2a455707709d1b7017c5035ec5bd703a72d5a7cb0c60780ff0db921c2cbeb0b98d236661d95f79bbed8c', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 6, 'evt_01M8Q49RNCPRE31PERS75XE278', 1796072596140936, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'scoped-tokens', 'tok_01M8Q49RNCPRE31PERS6X6NC57', 1, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RNBJ858GZPZVARADP0V', '{"issued":"1","versions":"1"}', '\x0f08464aba7d3b2b969bddf80f15435ca243e0e6653b53b6453050e65e0320d2', '\x75a24954e32bf1cbe946d10789441c996e57ca88fa30baf3a70ecb49e40384ff', '\x94f8997e800edeccb02e933a94986c253654e777c1f65d13d988b1af7a30a43c', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 7, 'evt_01M8Q49RNX5JGVMH2JS5A9C4Z5', 1796072596157615, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'scoped-tokens', 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 1, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RNTBMV35Q0ZE8VA30SF', '{"issued":"1","versions":"1"}', '\x371048df0ffb204296873e206e8606749058f6dae05df2c6ff2d151f5011694b', '\x6c02db6cf2414c132611a2f6e40e83ebc76c690192bbd80dbf12877fed5d6c40', '\x70744486719413f5ee57e739e93f53cc101f4f612c25bc802fb48cc6593cb87e798a7cb2a06b9e91484066d3fb97ac1650808359221b24402930d064a22219b0a355ccb04db61ce37d9404489a91d99f1ca1562a6cd9e651b82f2d5c4ee85db70e5cb6ad5f97deffbe99c1b6ebe92d8085d879d0767d4bc440a1cf456546f360', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 8, 'evt_01M8Q49RPCYB3GJDHSB1DTJA2X', 1796072596172010, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'revoke', 'scoped-tokens', 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 1, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RP7VE1HZ4X94ZDG7D57', '{"reason":"leaked","versions":"1"}', '\x26d1637838f0d9c94c675ca9ed2aeec99d9805d3681a7bef09f247743e049247', '\xdf07ac45d702670076774c2ff2ffb4a5b20b332ebf42f9f2f3b3d6f98b21c378', '\x2d60cc6cd954c89732eec96ad97c60663edca3e7a1ee671562da4a025b552680', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 9, 'evt_01M8Q49RPMZE0FWVQ0X2SQF01E', 1796072596180212, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'webhook-endpoints', 'wep_01M8Q49RPMZE0FWVQ0X2G1D11K', 0, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RPJT25DFY4CMM268AYC', '{"name":"billing"}', '\x5ab7c04c278b8c78d7f39880d081ae36a5c11a01c123e3b095f23551c1a59d80', '\xe3ea51bba2a3155d97823ebb5a09f24bba4455c3487f673b2247053dbb437462', '\x2aed76185527f72d19d5a6d91310de7f67a89b25a51c9041b016a154c901b37a878972ead90c4479f5cb536b4a7b979ee3a94a737162f3a3511819873b19d2b8', 0);
INSERT INTO public.audit_events VALUES ('acme', 'staging', 10, 'evt_01M8Q49RPVZYR2HANQCKPX7KM0', 1796072596187230, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'deployer', '', NULL, 'create', 'signing-secrets', 'sec_01M8Q49RPVZYR2HANQCK5347TB', 1, 'success', '127.0.0.1', 'Go-http-client/1.1', 'req_01M8Q49RPTZY25JYN9MZBH8T3Z', '{"issued":"1","versions":"1"}', '\x4f45c4c713b56cca13c546ee7772c292617f3f48a3a015b9faf2602d8a3d3644', '\x4ca0826f44d738091b60bbc8d946df1ed816438e36b631bcc4d2fdcedaeadaea', '\xa624b6c92c607f142e9c568218a7c9301a5b79f755d6d036d1af09ff153b1c1b', 0);


--
-- Data for Name: audit_logs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_logs VALUES ('acme', 'staging', 11, '\x3ee1646b571f487df1f0bedd779536f019d157daf1b22f92722aad5484416f53', '\x0e5cb6ad5f97deffbe99c1b6ebe92d8085d879d0767d4bc440a1cf456546f360878972ead90c4479f5cb536b4a7b979ee3a94a737162f3a3511819873b19d2b8a624b6c92c607f142e9c568218a7c9301a5b79f755d6d036d1af09ff153b1c1b', 0, NULL);


--
-- Data for Name: claims; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: clock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.clock VALUES (1, 1796072595947735, 0, 0);


--
-- Data for Name: closed_values; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: compatible; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.compatible VALUES (1, 115);


--
-- Data for Name: connector_refreshes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: connectors; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.connectors VALUES ('acme', 'staging', 'con_01M8Q49RMT99KJ653Y64XEWGBY', 'chat', NULL, NULL, 1796072596122173, 1, 'team', 'custom', NULL, NULL, 1, NULL, NULL, '', '\x52057552b4669e46c97baa8df6138aef9e8947679a05fe2138645384d4e47bb5', NULL, 0, '', NULL);


--
-- Data for Name: credentials; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.credentials VALUES ('acme', 'staging', 'con_01M8Q49RMT99KJ653Y64XEWGBY', 'connectors', 0, 0, NULL, 0, '', 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0, '', 0, 0, 1, 0, 0, 0);
INSERT INTO public.credentials VALUES ('acme', 'staging', 'tok_01M8Q49RN057GXZBRH7X4ERPBT', 'scoped-tokens', 1, 1, NULL, 0, '', 3355560000000000, 0, 0, 0, NULL, 3355560000000000, 1, 0, NULL, 0, '', 0, 0, 1, 1796072596128985, 0, 0);
INSERT INTO public.credentials VALUES ('acme', 'staging', 'tok_01M8Q49RNCPRE31PERS6X6NC57', 'scoped-tokens', 1, 1, NULL, 0, '', 3355560000000000, 0, 0, 0, NULL, 3355560000000000, 1, 0, NULL, 0, '', 0, 0, 1, 1796072596140936, 0, 0);
INSERT INTO public.credentials VALUES ('acme', 'staging', 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 'scoped-tokens', 1, 1, NULL, 0, '', 3355560000000000, 0, 0, 0, NULL, 0, 1, 0, NULL, 0, '', 0, 0, 1, 1796072596157615, 0, 0);
INSERT INTO public.credentials VALUES ('acme', 'staging', 'sec_01M8Q49RPVZYR2HANQCK5347TB', 'signing-secrets', 1, 1, NULL, 0, '', 0, 0, 0, 0, NULL, 0, 1, 0, NULL, 0, '', 0, 0, 1, 1796072596187230, 0, 0);


--
-- Data for Name: data_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.data_keys VALUES ('\xb95ccd85d78c1ff09003f1911dbfefd8', 'acme', 'staging', 'tok_01M8Q49RN057GXZBRH7X4ERPBT', 1, '\x010c2e83bb058dadf96e71126c2533ff25f8719e839d5aeed12f82f16b70fd130b72f9e92b50c51b4858a55530458896a5ffbbab1c712560e2263e086f28c6866c', 1796072596133122);
INSERT INTO public.data_keys VALUES ('\x29ed345e654c3087bb7489511c9290dc', 'acme', 'staging', 'tok_01M8Q49RNCPRE31PERS6X6NC57', 1, '\x010c2e83bb7177b23e1824119c4d3018d7b9adad4521072b0664c10e93c43dd6b9009ac22ef83a8fd37f29dd4bf1ab782483ed63651c2a0e7ba9bbadf314f30399', 1796072596144496);
INSERT INTO public.data_keys VALUES ('\x80e804e8a2dd8ae69cae069c224e07ac', 'acme', 'staging', 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 1, '\x010c2e83bb7f35f454e67810cde3f3f93ffd1f746d3f6ec51953ba731e525a86da3c367eefa5bd593e6b05eaff1f73efa1b7e63f1b6bc54323de62d1f09bc495d6', 1796072596162378);
INSERT INTO public.data_keys VALUES ('\x9f9e52e1b7d47c3697e62446eed4e024', 'acme', 'staging', 'sec_01M8Q49RPVZYR2HANQCK5347TB', 1, '\x010c2e83bb7bfa97edf3531378e1c5e627c2b28b1118ac2978c8c46611a390ea40a9aa340fba29a67a9200e6c525fa08d0e134f394f5590e3c7e771e8742cf5a8e', 1796072596189878);


--
-- Data for Name: deliveries; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: delivery_attempts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: endpoint_attempts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: environment_policies; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.environment_policies VALUES ('acme', 'staging', '', 0, 0, '{"forbid_wildcard_scopes":true}', '{"forbid_wildcard_scopes":true}', '\x82ccf5e3bd2d00380579f127aa6591b46f43ff03b7fa7876249081358d2edf20');


--
-- Data for Name: environments; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.environments VALUES ('acme', 'staging', 1796072595947735);


--
-- Data for Name: findings; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: goose_db_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.goose_db_version VALUES (1, 0, true, '2026-11-30 21:03:15.691942');
INSERT INTO public.goose_db_version VALUES (2, 1, true, '2026-11-30 21:03:15.719877');
INSERT INTO public.goose_db_version VALUES (3, 2, true, '2026-11-30 21:03:15.769317');
INSERT INTO public.goose_db_version VALUES (4, 3, true, '2026-11-30 21:03:15.793154');
INSERT INTO public.goose_db_version VALUES (5, 4, true, '2026-11-30 21:03:15.794365');
INSERT INTO public.goose_db_version VALUES (6, 7, true, '2026-11-30 21:03:15.796816');
INSERT INTO public.goose_db_version VALUES (7, 8, true, '2026-11-30 21:03:15.797334');
INSERT INTO public.goose_db_version VALUES (8, 9, true, '2026-11-30 21:03:15.797831');
INSERT INTO public.goose_db_version VALUES (9, 11, true, '2026-11-30 21:03:15.798772');
INSERT INTO public.goose_db_version VALUES (10, 12, true, '2026-11-30 21:03:15.802374');
INSERT INTO public.goose_db_version VALUES (11, 13, true, '2026-11-30 21:03:15.807824');
INSERT INTO public.goose_db_version VALUES (12, 14, true, '2026-11-30 21:03:15.808228');
INSERT INTO public.goose_db_version VALUES (13, 15, true, '2026-11-30 21:03:15.81663');
INSERT INTO public.goose_db_version VALUES (14, 16, true, '2026-11-30 21:03:15.823198');
INSERT INTO public.goose_db_version VALUES (15, 20, true, '2026-11-30 21:03:15.825131');
INSERT INTO public.goose_db_version VALUES (16, 21, true, '2026-11-30 21:03:15.826976');
INSERT INTO public.goose_db_version VALUES (17, 24, true, '2026-11-30 21:03:15.827404');
INSERT INTO public.goose_db_version VALUES (18, 30, true, '2026-11-30 21:03:15.831738');
INSERT INTO public.goose_db_version VALUES (19, 31, true, '2026-11-30 21:03:15.840949');
INSERT INTO public.goose_db_version VALUES (20, 40, true, '2026-11-30 21:03:15.841602');
INSERT INTO public.goose_db_version VALUES (21, 41, true, '2026-11-30 21:03:15.844287');
INSERT INTO public.goose_db_version VALUES (22, 50, true, '2026-11-30 21:03:15.84471');
INSERT INTO public.goose_db_version VALUES (23, 60, true, '2026-11-30 21:03:15.846279');
INSERT INTO public.goose_db_version VALUES (24, 61, true, '2026-11-30 21:03:15.853716');
INSERT INTO public.goose_db_version VALUES (25, 70, true, '2026-11-30 21:03:15.856075');
INSERT INTO public.goose_db_version VALUES (26, 80, true, '2026-11-30 21:03:15.856442');
INSERT INTO public.goose_db_version VALUES (27, 81, true, '2026-11-30 21:03:15.860992');
INSERT INTO public.goose_db_version VALUES (28, 82, true, '2026-11-30 21:03:15.865219');
INSERT INTO public.goose_db_version VALUES (29, 83, true, '2026-11-30 21:03:15.868047');
INSERT INTO public.goose_db_version VALUES (30, 84, true, '2026-11-30 21:03:15.872056');
INSERT INTO public.goose_db_version VALUES (31, 85, true, '2026-11-30 21:03:15.877237');
INSERT INTO public.goose_db_version VALUES (32, 87, true, '2026-11-30 21:03:15.881255');
INSERT INTO public.goose_db_version VALUES (33, 93, true, '2026-11-30 21:03:15.88944');
INSERT INTO public.goose_db_version VALUES (34, 96, true, '2026-11-30 21:03:15.894323');
INSERT INTO public.goose_db_version VALUES (35, 100, true, '2026-11-30 21:03:15.895971');
INSERT INTO public.goose_db_version VALUES (36, 101, true, '2026-11-30 21:03:15.896354');
INSERT INTO public.goose_db_version VALUES (37, 105, true, '2026-11-30 21:03:15.900475');
INSERT INTO public.goose_db_version VALUES (38, 106, true, '2026-11-30 21:03:15.908237');
INSERT INTO public.goose_db_version VALUES (39, 107, true, '2026-11-30 21:03:15.913111');
INSERT INTO public.goose_db_version VALUES (40, 108, true, '2026-11-30 21:03:15.915474');
INSERT INTO public.goose_db_version VALUES (41, 109, true, '2026-11-30 21:03:15.916077');
INSERT INTO public.goose_db_version VALUES (42, 111, true, '2026-11-30 21:03:15.91775');
INSERT INTO public.goose_db_version VALUES (43, 112, true, '2026-11-30 21:03:15.918277');
INSERT INTO public.goose_db_version VALUES (44, 113, true, '2026-11-30 21:03:15.921292');
INSERT INTO public.goose_db_version VALUES (45, 115, true, '2026-11-30 21:03:15.923679');


--
-- Data for Name: goose_lock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.goose_lock VALUES (4097083626, false, NULL, NULL, NULL, '2026-11-30 21:03:15.933574+00');


--
-- Data for Name: guardrail_exemptions; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: idempotency; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/rotation-policies', 'JXNI3T2RHTTK3PADGXNPIBWLQP', '\xe4763c925e22398947aa6b5d50c9fbf87b3e55c1e9a495e42d07c3ad0c93a7f5', 201, '1', '/v1/rotation-policies/pol_01M8Q49RMJ05FH2FNMKKQWFZGX', NULL, 1796072596114227, 'pol_01M8Q49RMJ05FH2FNMKKQWFZGX', NULL, 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/connectors', 'SKQIK3MCJ4C4BEOIMPXUS4ERHI', '\x437c9218ab14c80d3f6b3efe9783c79532c9901f34ec169a6ab4ec7c429031e5', 201, '1', '/v1/connectors/con_01M8Q49RMT99KJ653Y64XEWGBY', NULL, 1796072596122173, 'con_01M8Q49RMT99KJ653Y64XEWGBY', NULL, 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/scoped-tokens', 'I4K4HIGVQV4MW7KBLMJJOT43JW', '\xebc50f8edcdde352145d91687c95e35b60f858cb619224e5353c76752a1d21ac', 201, '1', '/v1/scoped-tokens/tok_01M8Q49RN057GXZBRH7X4ERPBT', NULL, 1796072596128985, 'tok_01M8Q49RN057GXZBRH7X4ERPBT', '\x7b227068617365223a22737461626c65222c22647565223a226e6f6e65222c22726561736f6e223a22222c2272657175697265735f61636b6e6f776c656467656d656e74223a747275652c2261636b6e6f776c6564676564223a66616c73652c2263757272656e745f76657273696f6e223a312c2270656e64696e675f76657273696f6e223a6e756c6c2c2270726576696f75735f76657273696f6e223a6e756c6c2c226e6578745f76657273696f6e223a322c2270656e64696e675f657870697265735f6174223a6e756c6c2c2270726576696f75735f657870697265735f6174223a6e756c6c2c2263757272656e745f657870697265735f6174223a6e756c6c2c226c6173745f726f74617465645f6174223a22323032362d31312d33305432313a30333a31362e3132383938355a222c226e6578745f726f746174696f6e5f6174223a6e756c6c2c22646561646c696e655f706175736564223a66616c73657d', 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/scoped-tokens', 'OJXS3ZJFDDCWKQQWWC5KUK7PVV', '\x116e95edfc4c5a9639fc3868ef50931f5bd996e5d90e94c4c1eea56487b841df', 201, '1', '/v1/scoped-tokens/tok_01M8Q49RNCPRE31PERS6X6NC57', NULL, 1796072596140936, 'tok_01M8Q49RNCPRE31PERS6X6NC57', '\x7b227068617365223a22737461626c65222c22647565223a226e6f6e65222c22726561736f6e223a22222c2272657175697265735f61636b6e6f776c656467656d656e74223a747275652c2261636b6e6f776c6564676564223a66616c73652c2263757272656e745f76657273696f6e223a312c2270656e64696e675f76657273696f6e223a6e756c6c2c2270726576696f75735f76657273696f6e223a6e756c6c2c226e6578745f76657273696f6e223a322c2270656e64696e675f657870697265735f6174223a6e756c6c2c2270726576696f75735f657870697265735f6174223a6e756c6c2c2263757272656e745f657870697265735f6174223a6e756c6c2c226c6173745f726f74617465645f6174223a22323032362d31312d33305432313a30333a31362e3134303933365a222c226e6578745f726f746174696f6e5f6174223a6e756c6c2c22646561646c696e655f706175736564223a66616c73657d', 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/scoped-tokens', 'ZLWP42ARJY47HDWBRQHY5GP4QU', '\xbe2c818d0ba876a534fd35d679d5ebd6c56c81e00b24b0608298caa8b41f26ec', 201, '1', '/v1/scoped-tokens/tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', NULL, 1796072596157615, 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', '\x7b227068617365223a22737461626c65222c22647565223a226e6f6e65222c22726561736f6e223a22222c2272657175697265735f61636b6e6f776c656467656d656e74223a747275652c2261636b6e6f776c6564676564223a66616c73652c2263757272656e745f76657273696f6e223a312c2270656e64696e675f76657273696f6e223a6e756c6c2c2270726576696f75735f76657273696f6e223a6e756c6c2c226e6578745f76657273696f6e223a322c2270656e64696e675f657870697265735f6174223a6e756c6c2c2270726576696f75735f657870697265735f6174223a6e756c6c2c2263757272656e745f657870697265735f6174223a6e756c6c2c226c6173745f726f74617465645f6174223a22323032362d31312d33305432313a30333a31362e3135373631355a222c226e6578745f726f746174696f6e5f6174223a6e756c6c2c22646561646c696e655f706175736564223a66616c73657d', 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/scoped-tokens/tok_01M8Q49RNX5JGVMH2JS4FR0VVZ/revoke', 'VX5ADO3O4W75WNAYAGTTSIDWYZ', '\x5b3abd5d518e2d389f49b1497db779071de07c329a65a844e421bef1b50b13a8', 200, '2', '', NULL, 1796072596172010, 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', '\x7b227068617365223a227265766f6b6564222c22647565223a2272656973737565222c22726561736f6e223a227265766f6b6564222c2272657175697265735f61636b6e6f776c656467656d656e74223a747275652c2261636b6e6f776c6564676564223a66616c73652c2263757272656e745f76657273696f6e223a6e756c6c2c2270656e64696e675f76657273696f6e223a6e756c6c2c2270726576696f75735f76657273696f6e223a6e756c6c2c226e6578745f76657273696f6e223a322c2270656e64696e675f657870697265735f6174223a6e756c6c2c2270726576696f75735f657870697265735f6174223a6e756c6c2c2263757272656e745f657870697265735f6174223a6e756c6c2c226c6173745f726f74617465645f6174223a6e756c6c2c226e6578745f726f746174696f6e5f6174223a6e756c6c2c22646561646c696e655f706175736564223a66616c73657d', 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/webhook-endpoints', 'XF2NCCC2AQYMZEW2PHQE3APQ2Z', '\xf81f90c556fb41f84cbf02eda56cffe4c2a0af83bae35d3adb8e46a5735bcd02', 201, '1', '/v1/webhook-endpoints/wep_01M8Q49RPMZE0FWVQ0X2G1D11K', NULL, 1796072596180212, 'wep_01M8Q49RPMZE0FWVQ0X2G1D11K', NULL, 'acme', 'staging');
INSERT INTO public.idempotency VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'POST', '/v1/signing-secrets', 'WJJ2GSY6CM2PHRGTZIVK47DWXD', '\xcbabff2f0926b1c45af601f71819a7bc0f54e0857ae374b020a4ec64186cd49e', 201, '1', '/v1/signing-secrets/sec_01M8Q49RPVZYR2HANQCK5347TB', NULL, 1796072596187230, 'sec_01M8Q49RPVZYR2HANQCK5347TB', '\x7b227068617365223a22737461626c65222c22647565223a226e6f6e65222c22726561736f6e223a22222c2272657175697265735f61636b6e6f776c656467656d656e74223a747275652c2261636b6e6f776c6564676564223a66616c73652c2263757272656e745f76657273696f6e223a312c2270656e64696e675f76657273696f6e223a6e756c6c2c2270726576696f75735f76657273696f6e223a6e756c6c2c226e6578745f76657273696f6e223a322c2270656e64696e675f657870697265735f6174223a6e756c6c2c2270726576696f75735f657870697265735f6174223a6e756c6c2c2263757272656e745f657870697265735f6174223a6e756c6c2c226c6173745f726f74617465645f6174223a22323032362d31312d33305432313a30333a31362e31383732335a222c226e6578745f726f746174696f6e5f6174223a22323032362d31322d30375432313a30333a31362e31383732335a222c22646561646c696e655f706175736564223a66616c73657d', 'acme', 'staging');


--
-- Data for Name: keks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.keks VALUES (1, 1796072595942767, 1796072596054488, 0);


--
-- Data for Name: keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.keys VALUES ('lookup', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bba4313000f9521f337dc40fd44af5be15652a2295ff9c4fa8423c25c11d77e65b2860f84dc8e0ae8fbe5bd3c3eb3d572e5028aa2e1275c32395667b9e', 1796072595943121);
INSERT INTO public.keys VALUES ('request', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bb6b3794308b516fe7e7098a47696f8706a2f8baa1cc9092a52e2b5f486afa24714aa682a92225f4a2852c679d79a26c0f05c4031d74306c71a9103596', 1796072595944018);
INSERT INTO public.keys VALUES ('binding', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bb050c5464e384bcbde18d4876ced73714a015ad693ff891619baf6dba6e30aa6564f3ab34a84e4368be5cab4be6199d8a3d5ce73ea0956a4d6dd1c7b9', 1796072595944462);
INSERT INTO public.keys VALUES ('checkpoint', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bb92862e5d3436082442eff5680c3f13a9503c9796cf0e88c53c16912cfa08e39e2f2d6ff73b4a518e92527a9a34cb22211bc56fa249e4ab17d2cd6e41', 1796072595944889);
INSERT INTO public.keys VALUES ('comparison/acme/staging', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bb7e704b367644ebb9d3adecbd3b56642f992d1b6d267801dda126b272fa1ce90d3fce936e86215a9e565cbf4a28233d7071de31ca0e0771926917a962', 1796072595947735);
INSERT INTO public.keys VALUES ('bound', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bbc89226daaa318e06c18e0136d2154564858d22b609da18ac266be8dd26d7c9bbb02d1a90403e6c331fa4fbc061ce2e66a8856e4ec5334a0a26cd3e76', 1796072596059711);
INSERT INTO public.keys VALUES ('policies bound', 1, '\x01000000000000000100000000000000000000000000000000010c2e83bbcc5a017b2bab52d1e6a5e58d603b660fdbcd4533f2ac73286769862cd2d5325aebdfe8cd4a2dcc564708adf7eae2e368bd114da423f381be67b3f4b0', 1796072596061448);


--
-- Data for Name: leases; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: moves; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: names; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.names VALUES ('acme', 'staging', 'scoped-tokens', 'notifier', 1);
INSERT INTO public.names VALUES ('acme', 'staging', 'scoped-tokens', 'mailer', 1);
INSERT INTO public.names VALUES ('acme', 'staging', 'scoped-tokens', 'archiver', 1);
INSERT INTO public.names VALUES ('acme', 'staging', 'signing-secrets', 'billing', 1);


--
-- Data for Name: notification_windows; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: notified; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: platform; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.platform VALUES (1, 'plt_01M8Q49RFA5Z9D3MXD78HCJFTY', 1, 1, 1796072595946628);


--
-- Data for Name: principals; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.principals VALUES ('prn_01M8Q49RFB748Z9YHM7Y2KD21V', 'acme', 'staging', 'deployer', 'deployer', 1796072595947735, 1798664595947735, '\x8299f57f7cd9723a02b4aa505dc98218fc99cffaecf91696ee03042476802c4e', '\x8c0a24bdbbfb1c4158e3af85a680988eba24e21edcff800affbb57384204425d', 0, 0, '', '');
INSERT INTO public.principals VALUES ('prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'acme', 'staging', 'deployer', 'deployer', 1796072595980268, 0, '\xada03db58fb1834e5574d00649591397173bacae8b9f7443ae672074f0ed9c23', '\x4331b0ee61870057920b225cd924d761c891a3462d91601e5c58c855f2c020ad', 1796072596186329, 0, '', '');


--
-- Data for Name: restores; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: retrievals; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: rotation_policies; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rotation_policies VALUES ('acme', 'staging', 'pol_01M8Q49RMJ05FH2FNMKKQWFZGX', 'weekly', NULL, NULL, 1796072596114227, 1, '7d', '24h', '7d', NULL, NULL, 1, 'cancel', '\xc448421031bb111b6ff5f61ec8da98d20989d72e276d8b56910ba011c3dd35cb', 0, '');


--
-- Data for Name: runs; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: scoped_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.scoped_tokens VALUES ('acme', 'staging', 'tok_01M8Q49RN057GXZBRH7X4ERPBT', 'notifier', NULL, NULL, 1796072596128985, 1, 'team', 'con_01M8Q49RMT99KJ653Y64XEWGBY', '["messages:send"]', NULL, '2076-05-01T12:00:00Z', NULL, NULL, NULL, 0, '\xbc6547d554a31b1e24a79701f7dd56300f527c9e7129504264292f11d4032a52', NULL, NULL, NULL, NULL);
INSERT INTO public.scoped_tokens VALUES ('acme', 'staging', 'tok_01M8Q49RNCPRE31PERS6X6NC57', 'mailer', NULL, NULL, 1796072596140936, 1, 'team', 'con_01M8Q49RMT99KJ653Y64XEWGBY', '["messages:send"]', NULL, '2076-05-01T12:00:00Z', NULL, NULL, NULL, 0, '\x43bc610216ef80f66260f27e7ca528701cdfe59578f8ce7836d7d2edc2f2aad2', NULL, NULL, NULL, NULL);
INSERT INTO public.scoped_tokens VALUES ('acme', 'staging', 'tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 'archiver', NULL, NULL, 1796072596157615, 2, 'team', 'con_01M8Q49RMT99KJ653Y64XEWGBY', '["messages:send"]', NULL, '2076-05-01T12:00:00Z', NULL, NULL, NULL, 0, '\x793e53e38322af6156bca3a759f24d6eaecdbcf68f4936ec8931ce8116af13fd', NULL, NULL, NULL, NULL);


--
-- Data for Name: secrets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.secrets VALUES ('tok_01M8Q49RN057GXZBRH7X4ERPBT', 1, '\xf17f1c7b907f04eec09a189a9b3781d7899059efc979f8b4ede7de07375e4bde', '\x010000000000000001b95ccd85d78c1ff09003f1911dbfefd84f6eae3b459b38de823bba537bc11ab34e87efef92a5378a05d909530653cf4385f258ab695afb62eda215bf4e02efff61f7aedef1819bb85c76aaa1d68b58597f0d3543', '', '', '\x123f3125142940db6c8570be96c86aa909e7a014f1846dc1b1dcd76fc4be751c');
INSERT INTO public.secrets VALUES ('tok_01M8Q49RNCPRE31PERS6X6NC57', 1, '\x566bd2cb0ea88eef7c755d60a14a5028c0c780dfd7f58f62452e5ec3ae891f01', '\x01000000000000000129ed345e654c3087bb7489511c9290dc2f695a1579e8754c6a11c2d4c9e13d16d1a59bfa4d5c16bf90c5cd2ed923aa5475d260b86ff8ff7753dbe561ee070a1f66363fce97e53d34e0fb35b13ae1f31382cf31d3', '', '', '\x804f25e825d934fa99ab323772feee9263f9bf4d31e6cf3ef72c957e0e253a00');
INSERT INTO public.secrets VALUES ('sec_01M8Q49RPVZYR2HANQCK5347TB', 1, NULL, '\x0100000000000000019f9e52e1b7d47c3697e62446eed4e024b4de6f14a941c3f3c04fba8f624a9be149bfce040eb5c32db2298c5ad8421d0924ad5e19afd15a2f6bf2626a03375fd0520d78ade94edeed16dc94392af0308b571ada23973cb73e4ff8c066b70b', '', '', NULL);


--
-- Data for Name: serving; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.serving VALUES (1, 'process 4636 on vm, since 2026-11-30T21:03:16Z', 1, 0, 1);


--
-- Data for Name: signing_secrets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.signing_secrets VALUES ('acme', 'staging', 'sec_01M8Q49RPVZYR2HANQCK5347TB', 'billing', NULL, NULL, 1796072596187230, 1, 'team', 'wep_01M8Q49RPMZE0FWVQ0X2G1D11K', 'hmac-sha256', NULL, 'pol_01M8Q49RMJ05FH2FNMKKQWFZGX', NULL, NULL, 0, 0, 0, 0, 0, '', NULL, NULL, '', NULL, NULL);


--
-- Data for Name: tenants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tenants VALUES ('acme', 1796072595947735);


--
-- Data for Name: tombstones; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: turns; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: usage; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.usage VALUES ('acme', 'staging', 'rotation-policies', 1, 0);
INSERT INTO public.usage VALUES ('acme', 'staging', 'connectors', 1, 0);
INSERT INTO public.usage VALUES ('acme', 'staging', 'scoped-tokens', 3, 0);
INSERT INTO public.usage VALUES ('acme', 'staging', 'webhook-endpoints', 1, 0);
INSERT INTO public.usage VALUES ('acme', 'staging', 'signing-secrets', 1, 0);
INSERT INTO public.usage VALUES ('acme', 'staging', 'answers', 8, 0);


--
-- Data for Name: use_impairments; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.use_impairments VALUES (0, 1796072596090245, 'not_recorded', 0);


--
-- Data for Name: use_recording; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: value_hashes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.value_hashes VALUES ('tok_01M8Q49RN057GXZBRH7X4ERPBT', 1, '\xf17f1c7b907f04eec09a189a9b3781d7899059efc979f8b4ede7de07375e4bde');
INSERT INTO public.value_hashes VALUES ('tok_01M8Q49RNCPRE31PERS6X6NC57', 1, '\x566bd2cb0ea88eef7c755d60a14a5028c0c780dfd7f58f62452e5ec3ae891f01');
INSERT INTO public.value_hashes VALUES ('tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 1, '\xf7182dec60c506d3a53ee8c82d89878d3c850287ac47834bb954fdebeb4e2a33');
INSERT INTO public.value_hashes VALUES ('sec_01M8Q49RPVZYR2HANQCK5347TB', 1, '\xb335c5554947aa8970b070448a07f04f240d9dfb62ff22061f4639c99d52d1c6');


--
-- Data for Name: value_uses; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: version_uses; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: versions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.versions VALUES ('tok_01M8Q49RN057GXZBRH7X4ERPBT', 1, 'current', 1796072596128985, 1796072596128985, 0, 0, 0, '', '', '', 0, NULL, 0, '', 0, 0, 0);
INSERT INTO public.versions VALUES ('tok_01M8Q49RNCPRE31PERS6X6NC57', 1, 'current', 1796072596140936, 1796072596140936, 0, 0, 0, '', '', '', 0, NULL, 0, '', 0, 0, 0);
INSERT INTO public.versions VALUES ('tok_01M8Q49RNX5JGVMH2JS4FR0VVZ', 1, 'revoked', 1796072596157615, 1796072596157615, 0, 0, 1796072596172010, 'prn_01M8Q49RGCVHZ1SW55N08PVRYE', 'leaked', '', 0, NULL, 0, '', 0, 0, 0);
INSERT INTO public.versions VALUES ('sec_01M8Q49RPVZYR2HANQCK5347TB', 1, 'current', 1796072596187230, 1796072596187230, 0, 0, 0, '', '', '', 0, NULL, 0, '', 0, 0, 0);


--
-- Data for Name: webhook_endpoints; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.webhook_endpoints VALUES ('acme', 'staging', 'wep_01M8Q49RPMZE0FWVQ0X2G1D11K', 'billing', NULL, NULL, 1796072596180212, 1, 'con_01M8Q49RMT99KJ653Y64XEWGBY', 'http://127.0.0.1:9/hook', NULL, 1, NULL, 0, '', 0, 0, 0, 0, 0, '', 0, NULL, '', NULL, NULL, '', NULL, NULL, NULL, NULL, '', NULL, NULL, 0, '', 0);


--
-- Data for Name: workload_identities; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: goose_db_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.goose_db_version_id_seq', 45, true);


--
-- Name: access_changes access_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_changes
    ADD CONSTRAINT access_changes_pkey PRIMARY KEY (one);


--
-- Name: access_tokens access_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_pkey PRIMARY KEY (id);


--
-- Name: audit_checkpoints audit_checkpoints_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_checkpoints
    ADD CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (tenant, environment, size);


--
-- Name: audit_chain audit_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_chain
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (tenant, environment, sequence);


--
-- Name: audit_events audit_events_pkey1; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey1 PRIMARY KEY (tenant, environment, leaf);


--
-- Name: audit_logs audit_logs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_logs
    ADD CONSTRAINT audit_logs_pkey PRIMARY KEY (tenant, environment);


--
-- Name: claims claims_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.claims
    ADD CONSTRAINT claims_pkey PRIMARY KEY (tenant, environment, object_id, number);


--
-- Name: clock clock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.clock
    ADD CONSTRAINT clock_pkey PRIMARY KEY (one);


--
-- Name: closed_values closed_values_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.closed_values
    ADD CONSTRAINT closed_values_pkey PRIMARY KEY (tenant, environment, hash, id, version);


--
-- Name: compatible compatible_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.compatible
    ADD CONSTRAINT compatible_pkey PRIMARY KEY (one);


--
-- Name: connector_refreshes connector_refreshes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connector_refreshes
    ADD CONSTRAINT connector_refreshes_pkey PRIMARY KEY (connector_id);


--
-- Name: connectors connectors_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connectors
    ADD CONSTRAINT connectors_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: credentials credentials_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (id);


--
-- Name: credentials credentials_tenant_environment_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_tenant_environment_id_key UNIQUE (tenant, environment, id);


--
-- Name: data_keys data_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (id);


--
-- Name: deliveries deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);


--
-- Name: delivery_attempts delivery_attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_attempts
    ADD CONSTRAINT delivery_attempts_pkey PRIMARY KEY (delivery_id, attempt);


--
-- Name: endpoint_attempts endpoint_attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.endpoint_attempts
    ADD CONSTRAINT endpoint_attempts_pkey PRIMARY KEY (endpoint_id, at);


--
-- Name: environment_policies environment_policies_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.environment_policies
    ADD CONSTRAINT environment_policies_pkey PRIMARY KEY (tenant, environment);


--
-- Name: environments environments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.environments
    ADD CONSTRAINT environments_pkey PRIMARY KEY (tenant, name);


--
-- Name: findings findings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (id);


--
-- Name: goose_db_version goose_db_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.goose_db_version
    ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id);


--
-- Name: goose_lock goose_lock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.goose_lock
    ADD CONSTRAINT goose_lock_pkey PRIMARY KEY (lock_id);


--
-- Name: guardrail_exemptions guardrail_exemptions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.guardrail_exemptions
    ADD CONSTRAINT guardrail_exemptions_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (principal, method, path, idempotency_key);


--
-- Name: keks keks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keks
    ADD CONSTRAINT keks_pkey PRIMARY KEY (number);


--
-- Name: keys keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (purpose, number);


--
-- Name: leases leases_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (kind, id);


--
-- Name: moves moves_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.moves
    ADD CONSTRAINT moves_pkey PRIMARY KEY (one);


--
-- Name: names names_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.names
    ADD CONSTRAINT names_pkey PRIMARY KEY (tenant, environment, kind, name);


--
-- Name: notification_windows notification_windows_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification_windows
    ADD CONSTRAINT notification_windows_pkey PRIMARY KEY (tenant, environment, type);


--
-- Name: notified notified_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notified
    ADD CONSTRAINT notified_pkey PRIMARY KEY (tenant, environment, object_id, type, fact);


--
-- Name: platform platform_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.platform
    ADD CONSTRAINT platform_pkey PRIMARY KEY (one);


--
-- Name: principals principals_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.principals
    ADD CONSTRAINT principals_pkey PRIMARY KEY (id);


--
-- Name: restores restores_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.restores
    ADD CONSTRAINT restores_pkey PRIMARY KEY (incarnation);


--
-- Name: retrievals retrievals_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retrievals
    ADD CONSTRAINT retrievals_pkey PRIMARY KEY (connector_id, token_id, consumer, version);


--
-- Name: rotation_policies rotation_policies_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rotation_policies
    ADD CONSTRAINT rotation_policies_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: runs runs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: scoped_tokens scoped_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.scoped_tokens
    ADD CONSTRAINT scoped_tokens_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: secrets secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (credential_id, number);


--
-- Name: serving serving_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.serving
    ADD CONSTRAINT serving_pkey PRIMARY KEY (one);


--
-- Name: signing_secrets signing_secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_secrets
    ADD CONSTRAINT signing_secrets_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: tenants tenants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (name);


--
-- Name: tombstones tombstones_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: turns turns_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.turns
    ADD CONSTRAINT turns_pkey PRIMARY KEY (one);


--
-- Name: usage usage_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (tenant, environment, kind);


--
-- Name: use_impairments use_impairments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.use_impairments
    ADD CONSTRAINT use_impairments_pkey PRIMARY KEY (from_at, reason);


--
-- Name: use_recording use_recording_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.use_recording
    ADD CONSTRAINT use_recording_pkey PRIMARY KEY (process);


--
-- Name: value_hashes value_hashes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.value_hashes
    ADD CONSTRAINT value_hashes_pkey PRIMARY KEY (credential_id, number);


--
-- Name: value_uses value_uses_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.value_uses
    ADD CONSTRAINT value_uses_pkey PRIMARY KEY (tenant, object_id, digest);


--
-- Name: version_uses version_uses_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.version_uses
    ADD CONSTRAINT version_uses_pkey PRIMARY KEY (credential_id, version);


--
-- Name: versions versions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (credential_id, number);


--
-- Name: webhook_endpoints webhook_endpoints_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: workload_identities workload_identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.workload_identities
    ADD CONSTRAINT workload_identities_pkey PRIMARY KEY (tenant, environment, id);


--
-- Name: access_tokens_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX access_tokens_expires_at ON public.access_tokens USING btree (expires_at);


--
-- Name: access_tokens_lookup_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX access_tokens_lookup_hash ON public.access_tokens USING btree (lookup_hash);


--
-- Name: access_tokens_parent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX access_tokens_parent ON public.access_tokens USING btree (tenant, environment, parent_id, expires_at);


--
-- Name: audit_events_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX audit_events_id ON public.audit_events USING btree (tenant, environment, id);


--
-- Name: claims_created; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX claims_created ON public.claims USING btree (kind, created_at);


--
-- Name: claims_specification; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX claims_specification ON public.claims USING btree (tenant, environment, specification) WHERE ((presented_at = 0) AND (superseded_at = 0));


--
-- Name: claims_unpresented; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX claims_unpresented ON public.claims USING btree (tenant, environment, object_id) WHERE ((presented_at = 0) AND (superseded_at = 0));


--
-- Name: connector_refreshes_environment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX connector_refreshes_environment ON public.connector_refreshes USING btree (tenant, environment, connector_id);


--
-- Name: connector_refreshes_next_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX connector_refreshes_next_at ON public.connector_refreshes USING btree (next_at, connector_id);


--
-- Name: connectors_deleting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX connectors_deleting ON public.connectors USING btree (tenant, environment, id) WHERE (deleting_since > 0);


--
-- Name: connectors_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX connectors_name ON public.connectors USING btree (tenant, environment, name) WHERE (deleting_since = 0);


--
-- Name: connectors_rotation_policy; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX connectors_rotation_policy ON public.connectors USING btree (tenant, environment, rotation_policy_id);


--
-- Name: credentials_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX credentials_due ON public.credentials USING btree (next_deadline, id) WHERE (next_deadline > 0);


--
-- Name: credentials_notice_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX credentials_notice_at ON public.credentials USING btree (notice_at, id);


--
-- Name: data_keys_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX data_keys_number ON public.data_keys USING btree (number);


--
-- Name: data_keys_owner; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX data_keys_owner ON public.data_keys USING btree (tenant, environment, credential, number);


--
-- Name: deliveries_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_ended ON public.deliveries USING btree (ended_at) WHERE (ended_at > 0);


--
-- Name: deliveries_endpoint; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX deliveries_endpoint ON public.deliveries USING btree (tenant, environment, endpoint_id, id);


--
-- Name: deliveries_queued; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_queued ON public.deliveries USING btree (tenant, environment, endpoint_id, next_attempt_at, id) WHERE (next_attempt_at > 0);


--
-- Name: findings_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX findings_open ON public.findings USING btree (state, id);


--
-- Name: findings_page; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX findings_page ON public.findings USING btree (tenant, environment, id);


--
-- Name: findings_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX findings_state ON public.findings USING btree (tenant, environment, state, id);


--
-- Name: findings_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX findings_subject ON public.findings USING btree (tenant, environment, object_id, finding, version, subject);


--
-- Name: guardrail_exemptions_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX guardrail_exemptions_end ON public.guardrail_exemptions USING btree (ended_at, expires);


--
-- Name: guardrail_exemptions_object; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX guardrail_exemptions_object ON public.guardrail_exemptions USING btree (tenant, environment, kind, name, rule);


--
-- Name: idempotency_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_at ON public.idempotency USING btree (at);


--
-- Name: idempotency_environment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_environment ON public.idempotency USING btree (tenant, environment, at);


--
-- Name: leases_until; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX leases_until ON public.leases USING btree (until);


--
-- Name: notified_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notified_at ON public.notified USING btree (at);


--
-- Name: principals_environment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX principals_environment ON public.principals USING btree (tenant, environment, id);


--
-- Name: principals_token_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX principals_token_hash ON public.principals USING btree (token_hash);


--
-- Name: retrievals_environment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX retrievals_environment ON public.retrievals USING btree (tenant, environment, connector_id, token_id, consumer, version);


--
-- Name: retrievals_last_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX retrievals_last_at ON public.retrievals USING btree (last_at);


--
-- Name: rotation_policies_deleting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX rotation_policies_deleting ON public.rotation_policies USING btree (tenant, environment, id) WHERE (deleting_since > 0);


--
-- Name: rotation_policies_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX rotation_policies_name ON public.rotation_policies USING btree (tenant, environment, name) WHERE (deleting_since = 0);


--
-- Name: runs_lease; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX runs_lease ON public.runs USING btree (lease_until);


--
-- Name: scoped_tokens_connector; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX scoped_tokens_connector ON public.scoped_tokens USING btree (tenant, environment, connector_id);


--
-- Name: scoped_tokens_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX scoped_tokens_name ON public.scoped_tokens USING btree (tenant, environment, name);


--
-- Name: scoped_tokens_rotation_policy; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX scoped_tokens_rotation_policy ON public.scoped_tokens USING btree (tenant, environment, rotation_policy_id);


--
-- Name: secrets_lookup_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX secrets_lookup_hash ON public.secrets USING btree (lookup_hash);


--
-- Name: signing_secrets_endpoint; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX signing_secrets_endpoint ON public.signing_secrets USING btree (tenant, environment, endpoint_id, id);


--
-- Name: signing_secrets_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX signing_secrets_name ON public.signing_secrets USING btree (tenant, environment, name);


--
-- Name: signing_secrets_probe; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX signing_secrets_probe ON public.signing_secrets USING btree (next_probe_at, id) WHERE (next_probe_at > 0);


--
-- Name: signing_secrets_rotation_policy; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX signing_secrets_rotation_policy ON public.signing_secrets USING btree (tenant, environment, rotation_policy_id);


--
-- Name: use_recording_alive; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX use_recording_alive ON public.use_recording USING btree (alive_at);


--
-- Name: value_hashes_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX value_hashes_hash ON public.value_hashes USING btree (hash);


--
-- Name: value_uses_digest; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX value_uses_digest ON public.value_uses USING btree (tenant, digest);


--
-- Name: version_uses_environment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX version_uses_environment ON public.version_uses USING btree (tenant, environment, credential_id);


--
-- Name: webhook_endpoints_connector; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_connector ON public.webhook_endpoints USING btree (tenant, environment, connector_id);


--
-- Name: webhook_endpoints_deleting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_deleting ON public.webhook_endpoints USING btree (tenant, environment, id) WHERE (deleting_since > 0);


--
-- Name: webhook_endpoints_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_due ON public.webhook_endpoints USING btree (next_attempt_at, id) WHERE (next_attempt_at > 0);


--
-- Name: webhook_endpoints_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX webhook_endpoints_name ON public.webhook_endpoints USING btree (tenant, environment, name) WHERE (deleting_since = 0);


--
-- Name: webhook_endpoints_notified; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_notified ON public.webhook_endpoints USING btree (tenant, environment, notified, id);


--
-- Name: workload_identities_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX workload_identities_id ON public.workload_identities USING btree (id);


--
-- Name: workload_identities_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX workload_identities_name ON public.workload_identities USING btree (tenant, environment, name);


--
-- Name: access_tokens access_tokens_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: claims claims_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.claims
    ADD CONSTRAINT claims_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: closed_values closed_values_tenant_environment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.closed_values
    ADD CONSTRAINT closed_values_tenant_environment_id_fkey FOREIGN KEY (tenant, environment, id) REFERENCES public.tombstones(tenant, environment, id);


--
-- Name: connector_refreshes connector_refreshes_connector_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connector_refreshes
    ADD CONSTRAINT connector_refreshes_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES public.credentials(id) ON DELETE CASCADE;


--
-- Name: connectors connectors_tenant_environment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connectors
    ADD CONSTRAINT connectors_tenant_environment_id_fkey FOREIGN KEY (tenant, environment, id) REFERENCES public.credentials(tenant, environment, id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: connectors connectors_tenant_environment_rotation_policy_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connectors
    ADD CONSTRAINT connectors_tenant_environment_rotation_policy_id_fkey FOREIGN KEY (tenant, environment, rotation_policy_id) REFERENCES public.rotation_policies(tenant, environment, id);


--
-- Name: credentials credentials_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: data_keys data_keys_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_number_fkey FOREIGN KEY (number) REFERENCES public.keks(number);


--
-- Name: data_keys data_keys_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: deliveries deliveries_tenant_environment_endpoint_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_tenant_environment_endpoint_id_fkey FOREIGN KEY (tenant, environment, endpoint_id) REFERENCES public.webhook_endpoints(tenant, environment, id) ON DELETE CASCADE;


--
-- Name: delivery_attempts delivery_attempts_delivery_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_attempts
    ADD CONSTRAINT delivery_attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.deliveries(id) ON DELETE CASCADE;


--
-- Name: environment_policies environment_policies_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.environment_policies
    ADD CONSTRAINT environment_policies_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: environments environments_tenant_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.environments
    ADD CONSTRAINT environments_tenant_fkey FOREIGN KEY (tenant) REFERENCES public.tenants(name);


--
-- Name: findings findings_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: guardrail_exemptions guardrail_exemptions_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.guardrail_exemptions
    ADD CONSTRAINT guardrail_exemptions_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: principals principals_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.principals
    ADD CONSTRAINT principals_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: retrievals retrievals_connector_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retrievals
    ADD CONSTRAINT retrievals_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES public.credentials(id) ON DELETE CASCADE;


--
-- Name: rotation_policies rotation_policies_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rotation_policies
    ADD CONSTRAINT rotation_policies_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: runs runs_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: scoped_tokens scoped_tokens_tenant_environment_connector_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.scoped_tokens
    ADD CONSTRAINT scoped_tokens_tenant_environment_connector_id_fkey FOREIGN KEY (tenant, environment, connector_id) REFERENCES public.connectors(tenant, environment, id);


--
-- Name: scoped_tokens scoped_tokens_tenant_environment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.scoped_tokens
    ADD CONSTRAINT scoped_tokens_tenant_environment_id_fkey FOREIGN KEY (tenant, environment, id) REFERENCES public.credentials(tenant, environment, id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: scoped_tokens scoped_tokens_tenant_environment_rotation_policy_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.scoped_tokens
    ADD CONSTRAINT scoped_tokens_tenant_environment_rotation_policy_id_fkey FOREIGN KEY (tenant, environment, rotation_policy_id) REFERENCES public.rotation_policies(tenant, environment, id);


--
-- Name: secrets secrets_credential_id_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_credential_id_number_fkey FOREIGN KEY (credential_id, number) REFERENCES public.versions(credential_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;


--
-- Name: signing_secrets signing_secrets_tenant_environment_endpoint_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_secrets
    ADD CONSTRAINT signing_secrets_tenant_environment_endpoint_id_fkey FOREIGN KEY (tenant, environment, endpoint_id) REFERENCES public.webhook_endpoints(tenant, environment, id);


--
-- Name: signing_secrets signing_secrets_tenant_environment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_secrets
    ADD CONSTRAINT signing_secrets_tenant_environment_id_fkey FOREIGN KEY (tenant, environment, id) REFERENCES public.credentials(tenant, environment, id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: signing_secrets signing_secrets_tenant_environment_rotation_policy_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_secrets
    ADD CONSTRAINT signing_secrets_tenant_environment_rotation_policy_id_fkey FOREIGN KEY (tenant, environment, rotation_policy_id) REFERENCES public.rotation_policies(tenant, environment, id);


--
-- Name: value_hashes value_hashes_credential_id_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.value_hashes
    ADD CONSTRAINT value_hashes_credential_id_number_fkey FOREIGN KEY (credential_id, number) REFERENCES public.versions(credential_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;


--
-- Name: value_uses value_uses_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.value_uses
    ADD CONSTRAINT value_uses_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: version_uses version_uses_credential_id_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.version_uses
    ADD CONSTRAINT version_uses_credential_id_version_fkey FOREIGN KEY (credential_id, version) REFERENCES public.versions(credential_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;


--
-- Name: versions versions_credential_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.versions
    ADD CONSTRAINT versions_credential_id_fkey FOREIGN KEY (credential_id) REFERENCES public.credentials(id) ON DELETE CASCADE;


--
-- Name: webhook_endpoints webhook_endpoints_tenant_environment_connector_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_tenant_environment_connector_id_fkey FOREIGN KEY (tenant, environment, connector_id) REFERENCES public.connectors(tenant, environment, id);


--
-- Name: webhook_endpoints webhook_endpoints_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- Name: workload_identities workload_identities_tenant_environment_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.workload_identities
    ADD CONSTRAINT workload_identities_tenant_environment_fkey FOREIGN KEY (tenant, environment) REFERENCES public.environments(tenant, name);


--
-- PostgreSQL database dump complete
--


