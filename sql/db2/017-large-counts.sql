-- Counts above 2,147,483,647. Changing a column's type would leave each table waiting for a reorganization, which commits and
-- so cannot be part of an upgrade that succeeds or fails as a whole. So each table is copied into a new one that takes its name.
-- Db2 renames no table with foreign keys (SQL0750N), and perhaps none with checks: they are added at the end.

create table large_traffic_day (
  tenant_id integer not null,
  repository_id integer not null,
  traffic_date date not null,
  view_count bigint,
  view_uniques bigint,
  clone_count bigint,
  clone_uniques bigint,
  state varchar(12) not null,
  observed_at timestamp(3) not null
) organize by row;
insert into large_traffic_day (
  tenant_id, repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at
) select
  tenant_id, repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at
from traffic_day;
drop table traffic_day;
rename table large_traffic_day to traffic_day;
alter table traffic_day add constraint traffic_day_key primary key (tenant_id, repository_id, traffic_date);
alter table traffic_day add constraint traffic_day_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table traffic_day add constraint traffic_day_state
  check (state in ('measured', 'zero', 'provisional', 'cut', 'suspect', 'imported'));
create index traffic_day_date on traffic_day (tenant_id, traffic_date);

create table large_traffic_revision (
  tenant_id integer not null,
  repository_id integer not null,
  traffic_date date not null,
  metric varchar(20) not null,
  kept bigint not null,
  observed bigint not null,
  observed_at timestamp(3) not null
) organize by row;
insert into large_traffic_revision (
  tenant_id, repository_id, traffic_date, metric, kept, observed, observed_at
) select
  tenant_id, repository_id, traffic_date, metric, kept, observed, observed_at
from traffic_revision;
drop table traffic_revision;
rename table large_traffic_revision to traffic_revision;
alter table traffic_revision add constraint traffic_revision_key
  primary key (tenant_id, repository_id, traffic_date, metric, observed);
alter table traffic_revision add constraint traffic_revision_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_traffic_week (
  tenant_id integer not null,
  repository_id integer not null,
  week_start date not null,
  view_count bigint,
  view_uniques bigint,
  clone_count bigint,
  clone_uniques bigint,
  observed_at timestamp(3) not null
) organize by row;
insert into large_traffic_week (
  tenant_id, repository_id, week_start, view_count, view_uniques, clone_count, clone_uniques, observed_at
) select
  tenant_id, repository_id, week_start, view_count, view_uniques, clone_count, clone_uniques, observed_at
from traffic_week;
drop table traffic_week;
rename table large_traffic_week to traffic_week;
alter table traffic_week add constraint traffic_week_key primary key (tenant_id, repository_id, week_start);
alter table traffic_week add constraint traffic_week_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_traffic_window (
  tenant_id integer not null,
  repository_id integer not null,
  observed_date date not null,
  view_count bigint not null,
  view_uniques bigint not null,
  clone_count bigint not null,
  clone_uniques bigint not null
) organize by row;
insert into large_traffic_window (
  tenant_id, repository_id, observed_date, view_count, view_uniques, clone_count, clone_uniques
) select
  tenant_id, repository_id, observed_date, view_count, view_uniques, clone_count, clone_uniques
from traffic_window;
drop table traffic_window;
rename table large_traffic_window to traffic_window;
alter table traffic_window add constraint traffic_window_key primary key (tenant_id, repository_id, observed_date);
alter table traffic_window add constraint traffic_window_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_referrer_snapshot (
  tenant_id integer not null,
  repository_id integer not null,
  snapshot_date date not null,
  list_rank smallint not null,
  referrer varchar(400 codeunits32) not null,
  view_count bigint not null,
  view_uniques bigint not null
) organize by row;
insert into large_referrer_snapshot (
  tenant_id, repository_id, snapshot_date, list_rank, referrer, view_count, view_uniques
) select
  tenant_id, repository_id, snapshot_date, list_rank, referrer, view_count, view_uniques
from referrer_snapshot;
drop table referrer_snapshot;
rename table large_referrer_snapshot to referrer_snapshot;
alter table referrer_snapshot add constraint referrer_snapshot_key
  primary key (tenant_id, repository_id, snapshot_date, list_rank);
alter table referrer_snapshot add constraint referrer_snapshot_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_path_snapshot (
  tenant_id integer not null,
  repository_id integer not null,
  snapshot_date date not null,
  list_rank smallint not null,
  path varchar(2000 codeunits32) not null,
  title varchar(2000 codeunits32) not null,
  view_count bigint not null,
  view_uniques bigint not null
) organize by row;
insert into large_path_snapshot (
  tenant_id, repository_id, snapshot_date, list_rank, path, title, view_count, view_uniques
) select
  tenant_id, repository_id, snapshot_date, list_rank, path, title, view_count, view_uniques
from path_snapshot;
drop table path_snapshot;
rename table large_path_snapshot to path_snapshot;
alter table path_snapshot add constraint path_snapshot_key
  primary key (tenant_id, repository_id, snapshot_date, list_rank);
alter table path_snapshot add constraint path_snapshot_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_repository_fact (
  tenant_id integer not null,
  repository_id integer not null,
  fact_date date not null,
  stars bigint not null,
  forks bigint not null,
  subscribers bigint not null,
  open_issues bigint not null
) organize by row;
insert into large_repository_fact (
  tenant_id, repository_id, fact_date, stars, forks, subscribers, open_issues
) select
  tenant_id, repository_id, fact_date, stars, forks, subscribers, open_issues
from repository_fact;
drop table repository_fact;
rename table large_repository_fact to repository_fact;
alter table repository_fact add constraint repository_fact_key primary key (tenant_id, repository_id, fact_date);
alter table repository_fact add constraint repository_fact_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_repository_extra (
  tenant_id integer not null,
  repository_id integer not null,
  kind varchar(20) not null,
  tried_at timestamp(3) not null,
  read_at timestamp(3),
  next_page integer,
  seen_count bigint,
  failure_code varchar(40),
  failure_message varchar(500 codeunits32)
) organize by row;
insert into large_repository_extra (
  tenant_id, repository_id, kind, tried_at, read_at, next_page, seen_count, failure_code, failure_message
) select
  tenant_id, repository_id, kind, tried_at, read_at, next_page, seen_count, failure_code, failure_message
from repository_extra;
drop table repository_extra;
rename table large_repository_extra to repository_extra;
alter table repository_extra add constraint repository_extra_key primary key (tenant_id, repository_id, kind);
alter table repository_extra add constraint repository_extra_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table repository_extra add constraint repository_extra_kind check (kind in ('stars', 'releases', 'workflow runs'));

create table large_star_day (
  tenant_id integer not null,
  repository_id integer not null,
  star_date date not null,
  gained bigint not null
) organize by row;
insert into large_star_day (
  tenant_id, repository_id, star_date, gained
) select
  tenant_id, repository_id, star_date, gained
from star_day;
drop table star_day;
rename table large_star_day to star_day;
alter table star_day add constraint star_day_key primary key (tenant_id, repository_id, star_date);
alter table star_day add constraint star_day_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_release_asset (
  tenant_id integer not null,
  repository_id integer not null,
  asset_id bigint not null,
  release_id bigint not null,
  tag varchar(255 codeunits32) not null,
  release_name varchar(255 codeunits32) not null,
  asset_name varchar(255 codeunits32) not null,
  size_bytes bigint not null,
  created_at timestamp(3) not null,
  published_at timestamp(3) not null,
  download_count bigint not null,
  removed_date date
) organize by row;
insert into large_release_asset (
  tenant_id, repository_id, asset_id, release_id, tag, release_name, asset_name, size_bytes, created_at,
  published_at, download_count, removed_date
) select
  tenant_id, repository_id, asset_id, release_id, tag, release_name, asset_name, size_bytes, created_at,
  published_at, download_count, removed_date
from release_asset;
drop table release_asset;
rename table large_release_asset to release_asset;
alter table release_asset add constraint release_asset_key primary key (tenant_id, repository_id, asset_id);
alter table release_asset add constraint release_asset_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_release_download (
  tenant_id integer not null,
  repository_id integer not null,
  asset_id bigint not null,
  download_date date not null,
  since_date date,
  gained bigint,
  download_count bigint not null
) organize by row;
insert into large_release_download (
  tenant_id, repository_id, asset_id, download_date, since_date, gained, download_count
) select
  tenant_id, repository_id, asset_id, download_date, since_date, gained, download_count
from release_download;
drop table release_download;
rename table large_release_download to release_download;
alter table release_download add constraint release_download_key
  primary key (tenant_id, repository_id, asset_id, download_date);
alter table release_download add constraint release_download_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_workflow_day (
  tenant_id integer not null,
  repository_id integer not null,
  run_date date not null,
  run_count bigint not null
) organize by row;
insert into large_workflow_day (
  tenant_id, repository_id, run_date, run_count
) select
  tenant_id, repository_id, run_date, run_count
from workflow_day;
drop table workflow_day;
rename table large_workflow_day to workflow_day;
alter table workflow_day add constraint workflow_day_key primary key (tenant_id, repository_id, run_date);
alter table workflow_day add constraint workflow_day_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;

create table large_run_difference (
  tenant_id integer not null,
  run_id integer not null,
  repository_id integer not null,
  traffic_date date not null,
  metric varchar(20) not null,
  stored bigint not null,
  observed bigint not null
) organize by row;
insert into large_run_difference (
  tenant_id, run_id, repository_id, traffic_date, metric, stored, observed
) select
  tenant_id, run_id, repository_id, traffic_date, metric, stored, observed
from run_difference;
drop table run_difference;
rename table large_run_difference to run_difference;
alter table run_difference add constraint run_difference_key
  primary key (tenant_id, run_id, repository_id, traffic_date, metric);
alter table run_difference add constraint run_difference_run foreign key (tenant_id, run_id)
  references collection_run (tenant_id, run_id) on delete cascade;
