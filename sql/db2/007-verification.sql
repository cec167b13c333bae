-- The differences between GitHub and the stored figures that a verifying run found, except known revisions.
create table run_difference (
  tenant_id integer not null,
  run_id integer not null,
  repository_id integer not null,
  traffic_date date not null,
  metric varchar(20) not null,
  stored integer not null,
  observed integer not null,
  constraint run_difference_key primary key (tenant_id, run_id, repository_id, traffic_date, metric),
  constraint run_difference_run foreign key (tenant_id, run_id) references collection_run (tenant_id, run_id)
) organize by row;

alter table collection_run drop constraint collection_run_reason;

alter table collection_run add constraint collection_run_reason check (reason in ('alarm', 'person', 'added', 'verify'));
