-- schema
select max("VERSION") as "STORED" from "SCHEMA_VERSION";
select "DISPLAY_NAME" from "INSTALLATION";

-- principal
BEGIN;
merge into "PRINCIPAL" as "KEPT" using (values (cast(? as varchar(300 codeunits32)), cast(? as varchar(255 codeunits32)), cast(? as varchar(320 codeunits32)), cast(? as varchar(200 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("ISSUER", "SUBJECT", "EMAIL", "DISPLAY_NAME", "VERIFIED_AT") on "KEPT"."ISSUER" = "GIVEN"."ISSUER" and "KEPT"."SUBJECT" = "GIVEN"."SUBJECT" when matched then update set "EMAIL" = "GIVEN"."EMAIL", "DISPLAY_NAME" = "GIVEN"."DISPLAY_NAME", "VERIFIED_AT" = "GIVEN"."VERIFIED_AT" when not matched then insert ("ISSUER", "SUBJECT", "EMAIL", "DISPLAY_NAME", "VERIFIED_AT") values ("GIVEN"."ISSUER", "GIVEN"."SUBJECT", "GIVEN"."EMAIL", "GIVEN"."DISPLAY_NAME", "GIVEN"."VERIFIED_AT");
COMMIT;

-- access to a tenant
select "MEMBER"."ROLE" as "ROLE", "SYSTEM_ROLE"."ROLE" as "SYSTEM_ROLE" from "TENANT" left join "MEMBER" on "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER"."EMAIL" = ? left join "SYSTEM_ROLE" on "SYSTEM_ROLE"."EMAIL" = ? where "TENANT"."TENANT_ID" = ?;
select "REPOSITORY_ID" from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "EMAIL" = ?;

-- access to any tenant
select "ROLE" from "SYSTEM_ROLE" where "EMAIL" = ?;
select "TENANT_ID", "ROLE" from "MEMBER" where "EMAIL" = ?;

-- access to the system
select "ROLE" from "SYSTEM_ROLE" where "EMAIL" = ?;

-- me
select "ROLE" from "SYSTEM_ROLE" where "EMAIL" = ?;
select "TENANT"."TENANT_ID", "TENANT"."NAME", "MEMBER"."ROLE" as "ROLE", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "ALL_COUNT", (select count(*) as "COUNT" from "MEMBER_REPOSITORY" where "MEMBER_REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER_REPOSITORY"."EMAIL" = ?) as "GIVEN_COUNT" from "TENANT" left join "MEMBER" on "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER"."EMAIL" = ? where "MEMBER"."ROLE" is not null order by "TENANT"."NAME";
select "DISPLAY_NAME" from "INSTALLATION";

-- servers
select "SERVER_ID", "NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" order by "NAME";

-- server at
select "SERVER_ID", "NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" where "API_URL" = ?;

-- add a server
select "SERVER_ID" from final table (insert into "GITHUB_SERVER" ("KIND", "NAME", "API_URL", "WEB_URL", "CREATED_AT") values (?, ?, ?, ?, ?));

-- rename a server
select "SERVER_ID", "NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" where "SERVER_ID" = ?;
update "GITHUB_SERVER" set "NAME" = ? where "SERVER_ID" = ?;
select "SERVER_ID", "NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" where "SERVER_ID" = ?;

-- delete a server
select "SERVER_ID", "NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" where "SERVER_ID" = ?;
delete from "GITHUB_SERVER" where "SERVER_ID" = ?;

-- tenants
select "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" where "TENANT"."TENANT_ID" in (?, ?) order by "TENANT"."NAME";

-- tenant
select "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" where "TENANT"."TENANT_ID" = ?;

-- add a tenant
BEGIN;
select "TENANT_ID" from final table (insert into "TENANT" ("NAME", "SERVER_ID", "GITHUB_USER", "TOKEN_SEALED", "CREATED_AT", "CREATED_BY", "TOKEN_CHECKED_AT", "TOKEN_EXPIRES_AT") values (?, ?, ?, ?, ?, ?, ?, ?));
COMMIT;

-- rename a tenant
update "TENANT" set "NAME" = ? where "TENANT_ID" = ?;
select "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" where "TENANT"."TENANT_ID" = ?;

-- delete a tenant
BEGIN;
select "NAME" from "TENANT" where "TENANT_ID" = ? for read only with rs use and keep update locks;
delete from "TRAFFIC_DAY" where "TENANT_ID" = ?;
delete from "TRAFFIC_REVISION" where "TENANT_ID" = ?;
delete from "TRAFFIC_WEEK" where "TENANT_ID" = ?;
delete from "TRAFFIC_WINDOW" where "TENANT_ID" = ?;
delete from "REFERRER_SNAPSHOT" where "TENANT_ID" = ?;
delete from "PATH_SNAPSHOT" where "TENANT_ID" = ?;
delete from "REPOSITORY_FACT" where "TENANT_ID" = ?;
delete from "REPOSITORY_EVENT" where "TENANT_ID" = ?;
delete from "RUN_REPOSITORY" where "TENANT_ID" = ?;
delete from "COLLECTION_RUN" where "TENANT_ID" = ?;
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ?;
delete from "MEMBER" where "TENANT_ID" = ?;
delete from "REPOSITORY" where "TENANT_ID" = ?;
delete from "TENANT" where "TENANT_ID" = ?;
COMMIT;

-- members
select "EMAIL", "ROLE", "ADDED_AT" from "MEMBER" where "TENANT_ID" = ? order by "EMAIL";
select "EMAIL", "REPOSITORY_ID" from "MEMBER_REPOSITORY" where "TENANT_ID" = ? order by "REPOSITORY_ID";
select "REPOSITORY_ID", "OWNER", "NAME" from "REPOSITORY" where "TENANT_ID" = ? order by "OWNER", "NAME";

-- put a member
BEGIN;
select "REPOSITORY_ID" from "REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" in (?, ?);
select "EMAIL", "ROLE", "ADDED_AT" from "MEMBER" where "TENANT_ID" = ? and "EMAIL" = ?;
merge into "MEMBER" as "KEPT" using (values (cast(? as integer), cast(? as varchar(320 codeunits32)), cast(? as varchar(20 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("TENANT_ID", "EMAIL", "ROLE", "ADDED_AT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."EMAIL" = "GIVEN"."EMAIL" when matched then update set "ROLE" = "GIVEN"."ROLE" when not matched then insert ("TENANT_ID", "EMAIL", "ROLE", "ADDED_AT") values ("GIVEN"."TENANT_ID", "GIVEN"."EMAIL", "GIVEN"."ROLE", "GIVEN"."ADDED_AT");
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "EMAIL" = ?;
merge into "MEMBER_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as varchar(320 codeunits32)), cast(? as integer)), (cast(? as integer), cast(? as varchar(320 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "EMAIL", "REPOSITORY_ID") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."EMAIL" = "GIVEN"."EMAIL" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "EMAIL", "REPOSITORY_ID") values ("GIVEN"."TENANT_ID", "GIVEN"."EMAIL", "GIVEN"."REPOSITORY_ID");
COMMIT;

-- remove a member
BEGIN;
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "EMAIL" = ?;
delete from "MEMBER" where "TENANT_ID" = ? and "EMAIL" = ?;
COMMIT;

-- system roles
select "EMAIL", "ROLE", "GRANTED_AT" from "SYSTEM_ROLE" order by "EMAIL";

-- put a system role
BEGIN;
select "EMAIL" from "SYSTEM_ROLE" where "ROLE" = ? order by "EMAIL" for read only with rs use and keep update locks;
select "EMAIL", "ROLE", "GRANTED_AT" from "SYSTEM_ROLE" where "EMAIL" = ?;
insert into "SYSTEM_ROLE" ("EMAIL", "ROLE", "GRANTED_AT") values (?, ?, ?);
COMMIT;

-- remove a system role
BEGIN;
select "EMAIL" from "SYSTEM_ROLE" where "ROLE" = ? order by "EMAIL" for read only with rs use and keep update locks;
delete from "SYSTEM_ROLE" where "EMAIL" = ?;
COMMIT;

-- weeks and months
select cast(date_trunc('week', cast("TRAFFIC_DATE" as timestamp)) as date) as "WEEK", cast(date_trunc('month', cast("TRAFFIC_DATE" as timestamp)) as date) as "MONTH" from "TRAFFIC_DAY" offset 10 rows fetch first 5 rows only;
