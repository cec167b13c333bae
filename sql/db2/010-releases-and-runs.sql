-- The files of published releases. download_count is GitHub's count since the upload, as of the last reading.
-- removed_date is the first reading that did not find the file.
create table release_asset (
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
  download_count integer not null,
  removed_date date,
  constraint release_asset_key primary key (tenant_id, repository_id, asset_id),
  constraint release_asset_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id)
) organize by row;

-- A reading that found new downloads: gained since the reading of since_date. Both are null if the file is older than the
-- first reading. Readings without changes have no row.
create table release_download (
  tenant_id integer not null,
  repository_id integer not null,
  asset_id bigint not null,
  download_date date not null,
  since_date date,
  gained integer,
  download_count integer not null,
  constraint release_download_key primary key (tenant_id, repository_id, asset_id, download_date),
  constraint release_download_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id)
) organize by row;

-- The workflow runs that began on a settled day.
create table workflow_day (
  tenant_id integer not null,
  repository_id integer not null,
  run_date date not null,
  run_count integer not null,
  constraint workflow_day_key primary key (tenant_id, repository_id, run_date),
  constraint workflow_day_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id)
) organize by row;
