-- A repository belongs to one tenant. Without knowing that, PostgreSQL expects the days of some repositories to be far fewer than
-- they are, and looks them up one by one. Existing days are counted now: it would do so only after many more were added.
create statistics traffic_day_tenant (dependencies) on tenant_id, repository_id from traffic_day;
analyze traffic_day;
