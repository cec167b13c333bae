-- The same as sql/postgres/037-imported-settings.sql.
create table imported_setting (
  tenant_id integer not null,
  import_id integer not null,
  kind varchar(10) not null,
  name varchar(100 codeunits32) not null,
  content clob(1048576) not null,
  outcome varchar(10) not null,
  reason varchar(500 codeunits32),
  constraint imported_setting_key primary key (tenant_id, import_id, kind, name),
  constraint imported_setting_import foreign key (tenant_id, import_id)
    references import (tenant_id, import_id) on delete cascade,
  constraint imported_setting_kind check (kind in ('group', 'dashboard')),
  constraint imported_setting_outcome check (outcome in ('waiting', 'made', 'kept', 'refused'))
) organize by row;

alter table repository_group add column import_id integer;
alter table dashboard add column import_id integer;
