-- Counts above 2,147,483,647. Each table is rewritten once.
alter table traffic_day
  alter column view_count type bigint,
  alter column view_uniques type bigint,
  alter column clone_count type bigint,
  alter column clone_uniques type bigint;
alter table traffic_revision
  alter column kept type bigint,
  alter column observed type bigint;
alter table traffic_week
  alter column view_count type bigint,
  alter column view_uniques type bigint,
  alter column clone_count type bigint,
  alter column clone_uniques type bigint;
alter table traffic_window
  alter column view_count type bigint,
  alter column view_uniques type bigint,
  alter column clone_count type bigint,
  alter column clone_uniques type bigint;
alter table referrer_snapshot
  alter column view_count type bigint,
  alter column view_uniques type bigint;
alter table path_snapshot
  alter column view_count type bigint,
  alter column view_uniques type bigint;
alter table repository_fact
  alter column stars type bigint,
  alter column forks type bigint,
  alter column subscribers type bigint,
  alter column open_issues type bigint;
alter table repository_extra
  alter column seen_count type bigint;
alter table star_day
  alter column gained type bigint;
alter table release_asset
  alter column download_count type bigint;
alter table release_download
  alter column gained type bigint,
  alter column download_count type bigint;
alter table workflow_day
  alter column run_count type bigint;
alter table run_difference
  alter column stored type bigint,
  alter column observed type bigint;
