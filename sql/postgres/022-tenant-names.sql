-- Names of tenants are unique among those that the person who gives them can see, whatever their case. The code sees to that:
-- a key over all tenants would tell managers about others.
alter table tenant drop constraint tenant_name;
