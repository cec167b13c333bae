-- Accounts of this installation, and what signing in with them needs. Secrets are stored as digests.

create table account (
  subject text primary key,
  email text not null unique,
  name text not null,
  -- argon2id, with its salt and parameters. Null: none, only passkeys.
  password_hash text,
  created_at timestamptz not null
);

create table passkey (
  credential_id text primary key,
  subject text not null references account on delete cascade,
  public_key bytea not null,
  counter bigint not null,
  transports text not null,
  name text not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkey_of_account on passkey (subject);

-- Addresses from which the account signed in: there, guesses of others do not slow it.
create table known_address (
  subject text not null references account on delete cascade,
  address_digest text not null,
  last_used_at timestamptz not null,
  primary key (subject, address_digest)
);

-- Links that are used once: an invitation to a tenant (or to a system role, without tenant), or a reset.
create table link (
  secret_digest text primary key,
  kind text not null check (kind in ('invitation', 'reset')),
  email text not null,
  tenant_id integer,
  by_administrator boolean not null,
  made_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  ended_at timestamptz
);
create index link_for on link (email, kind);

-- Sessions in browsers. They last as long as their artifact.
create table browser_session (
  provider text not null,
  uid text not null,
  subject text not null,
  device text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (provider, uid)
);

-- What oidc-provider keeps: sessions, grants, codes, refresh tokens.
create table artifact (
  provider text not null,
  model text not null,
  id_digest text not null,
  payload jsonb not null,
  uid text,
  grant_id text,
  session_uid text,
  account_id text,
  expires_at timestamptz not null,
  primary key (provider, model, id_digest)
);
create index artifact_by_uid on artifact (provider, model, uid) where uid is not null;
create index artifact_by_grant on artifact (grant_id) where grant_id is not null;
create index artifact_by_session on artifact (session_uid) where session_uid is not null;
create index artifact_by_account on artifact (account_id) where account_id is not null;
create index artifact_by_end on artifact (expires_at);

-- People who signed in through GitHub, by its numeric id.
create table github_account (
  subject text primary key,
  email text not null,
  name text not null,
  signed_in_at timestamptz not null
);
