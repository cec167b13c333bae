-- Where mails of a tenant may go. An address gets no mail before it is confirmed: by its owner with the link in a mail, or because a
-- person added their own. asked_*: the last mail that asked for it, and how many there were. declined_at and stopped_at are what the
-- receiver said since.
create table mail_address (
  tenant_id integer not null,
  email varchar(320) not null,
  asked_at timestamp with time zone,
  asked_by varchar(320),
  asked_count integer not null,
  confirmed_at timestamp with time zone,
  declined_at timestamp with time zone,
  stopped_at timestamp with time zone,
  constraint mail_address_key primary key (tenant_id, email),
  constraint mail_address_tenant foreign key (tenant_id) references tenant (tenant_id) on delete cascade
);

alter table channel drop constraint channel_kind;
alter table channel add constraint channel_kind check (kind in ('webhook', 'slack', 'teams', 'email'));
