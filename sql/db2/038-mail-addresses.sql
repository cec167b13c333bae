-- The same as sql/postgres/038-mail-addresses.sql.
create table mail_address (
  tenant_id integer not null,
  email varchar(320 codeunits32) not null,
  asked_at timestamp(3),
  asked_by varchar(320 codeunits32),
  asked_count integer not null,
  confirmed_at timestamp(3),
  declined_at timestamp(3),
  stopped_at timestamp(3),
  constraint mail_address_key primary key (tenant_id, email),
  constraint mail_address_tenant foreign key (tenant_id) references tenant (tenant_id) on delete cascade
) organize by row;

alter table channel drop constraint channel_kind;
alter table channel add constraint channel_kind check (kind in ('webhook', 'slack', 'teams', 'email'));
