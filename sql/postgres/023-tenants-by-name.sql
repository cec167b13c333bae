-- Lists of tenants are read by name, a page at a time.
create index tenant_by_name on tenant (name, tenant_id);
