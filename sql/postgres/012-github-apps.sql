-- The GitHub App of a server; its private key is a JWE.
create table github_app (
  server_id integer not null,
  app_id varchar(40) not null,
  slug varchar(200) not null,
  name varchar(200) not null,
  html_url varchar(400) not null,
  key_sealed varchar(8000) not null,
  checked_at timestamp with time zone not null,
  constraint github_app_key primary key (server_id),
  constraint github_app_server foreign key (server_id) references github_server (server_id)
);

-- The installation that a tenant uses instead of a personal token. token_sealed is a JWE of its last token, which expires
-- within an hour.
create table tenant_installation (
  tenant_id integer not null,
  installation_id bigint not null,
  token_sealed varchar(4000),
  token_expires_at timestamp with time zone,
  constraint tenant_installation_key primary key (tenant_id),
  constraint tenant_installation_tenant foreign key (tenant_id) references tenant (tenant_id)
);
