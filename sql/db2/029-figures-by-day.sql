-- Stars, forks and downloads of all repositories of a tenant together are read by day.
create index star_day_date on star_day (tenant_id, star_date);
create index repository_fact_date on repository_fact (tenant_id, fact_date);
create index release_download_date on release_download (tenant_id, download_date);
