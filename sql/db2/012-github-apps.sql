-- The same tables as sql/postgres/012-github-apps.sql.
create table github_app (
  server_id integer not null,
  app_id varchar(40) not null,
  slug varchar(200) not null,
  name varchar(200 codeunits32) not null,
  html_url varchar(400) not null,
  key_sealed varchar(8000) not null,
  checked_at timestamp(3) not null,
  constraint github_app_key primary key (server_id),
  constraint github_app_server foreign key (server_id) references github_server (server_id)
) organize by row;

create table tenant_installation (
  tenant_id integer not null,
  installation_id bigint not null,
  token_sealed varchar(4000),
  token_expires_at timestamp(3),
  constraint tenant_installation_key primary key (tenant_id),
  constraint tenant_installation_tenant foreign key (tenant_id) references tenant (tenant_id)
) organize by row;
