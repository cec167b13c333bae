-- Deleting a tenant, repository, member, run, channel, problem or server deletes the rows that refer to it. A server that
-- tenants use still cannot be deleted.
alter table member drop constraint member_tenant;
alter table member add constraint member_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
alter table repository drop constraint repository_tenant;
alter table repository add constraint repository_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
-- These two first: Db2 refuses two paths from a tenant to a row with different delete rules (SQL0633N).
alter table member_repository drop constraint member_repository_member;
alter table member_repository drop constraint member_repository_repository;
alter table member_repository add constraint member_repository_member foreign key (tenant_id, email)
  references member (tenant_id, email) on delete cascade;
alter table member_repository add constraint member_repository_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table traffic_day drop constraint traffic_day_repository;
alter table traffic_day add constraint traffic_day_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table traffic_revision drop constraint traffic_revision_repository;
alter table traffic_revision add constraint traffic_revision_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table traffic_week drop constraint traffic_week_repository;
alter table traffic_week add constraint traffic_week_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table traffic_window drop constraint traffic_window_repository;
alter table traffic_window add constraint traffic_window_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table referrer_snapshot drop constraint referrer_snapshot_repository;
alter table referrer_snapshot add constraint referrer_snapshot_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table path_snapshot drop constraint path_snapshot_repository;
alter table path_snapshot add constraint path_snapshot_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table repository_fact drop constraint repository_fact_repository;
alter table repository_fact add constraint repository_fact_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table repository_event drop constraint repository_event_repository;
alter table repository_event add constraint repository_event_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table collection_run drop constraint collection_run_tenant;
alter table collection_run add constraint collection_run_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
alter table run_repository drop constraint run_repository_run;
alter table run_repository add constraint run_repository_run foreign key (tenant_id, run_id)
  references collection_run (tenant_id, run_id) on delete cascade;
alter table dashboard drop constraint dashboard_tenant;
alter table dashboard add constraint dashboard_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
alter table channel drop constraint channel_tenant;
alter table channel add constraint channel_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
alter table github_answer drop constraint github_answer_repository;
alter table github_answer add constraint github_answer_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table repository_extra drop constraint repository_extra_repository;
alter table repository_extra add constraint repository_extra_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table star_day drop constraint star_day_repository;
alter table star_day add constraint star_day_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table run_difference drop constraint run_difference_run;
alter table run_difference add constraint run_difference_run foreign key (tenant_id, run_id)
  references collection_run (tenant_id, run_id) on delete cascade;
alter table problem drop constraint problem_tenant;
alter table problem add constraint problem_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
alter table problem_notice drop constraint problem_notice_problem;
alter table problem_notice drop constraint problem_notice_channel;
alter table problem_notice add constraint problem_notice_problem foreign key (tenant_id, problem_id)
  references problem (tenant_id, problem_id) on delete cascade;
alter table problem_notice add constraint problem_notice_channel foreign key (tenant_id, channel_id)
  references channel (tenant_id, channel_id) on delete cascade;
alter table release_asset drop constraint release_asset_repository;
alter table release_asset add constraint release_asset_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table release_download drop constraint release_download_repository;
alter table release_download add constraint release_download_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table workflow_day drop constraint workflow_day_repository;
alter table workflow_day add constraint workflow_day_repository foreign key (tenant_id, repository_id)
  references repository (tenant_id, repository_id) on delete cascade;
alter table report_sending drop constraint report_sending_channel;
alter table report_sending add constraint report_sending_channel foreign key (tenant_id, channel_id)
  references channel (tenant_id, channel_id) on delete cascade;
alter table github_app drop constraint github_app_server;
alter table github_app add constraint github_app_server foreign key (server_id)
  references github_server (server_id) on delete cascade;
alter table tenant_installation drop constraint tenant_installation_tenant;
alter table tenant_installation add constraint tenant_installation_tenant foreign key (tenant_id)
  references tenant (tenant_id) on delete cascade;
