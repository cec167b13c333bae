-- The groups and dashboards of each import. content is JSON. outcome: not made yet; made; not made, because there was one of that
-- name; not made for another reason, which reason tells.
create table imported_setting (
  tenant_id integer not null,
  import_id integer not null,
  kind varchar(10) not null,
  name varchar(100) not null,
  content text not null,
  outcome varchar(10) not null,
  reason varchar(500),
  constraint imported_setting_key primary key (tenant_id, import_id, kind, name),
  constraint imported_setting_import foreign key (tenant_id, import_id)
    references import (tenant_id, import_id) on delete cascade,
  constraint imported_setting_kind check (kind in ('group', 'dashboard')),
  constraint imported_setting_outcome check (outcome in ('waiting', 'made', 'kept', 'refused'))
);

-- The import that made it; null if a person did, or has changed it since.
alter table repository_group add column import_id integer;
alter table dashboard add column import_id integer;
