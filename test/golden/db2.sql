-- schema
select "SCHEMA_VERSION"."VERSION" as "STORED", "INSTALLATION"."DISPLAY_NAME" from "SCHEMA_VERSION" left join "INSTALLATION" on "INSTALLATION"."DISPLAY_NAME" is not null order by "SCHEMA_VERSION"."VERSION" desc fetch first 1 rows only;

-- identity provider
merge into "IDENTITY_PROVIDER" as "KEPT" using (values (cast(? as varchar(300 codeunits32)), cast(? as varchar(301 codeunits32)), cast(? as varchar(2000 codeunits32)), cast(? as varchar(8000 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("ISSUER", "TOKEN_ISSUER", "USERINFO_URL", "KEY_SET", "READ_AT") on "KEPT"."ISSUER" = "GIVEN"."ISSUER" when matched then update set "TOKEN_ISSUER" = "GIVEN"."TOKEN_ISSUER", "USERINFO_URL" = "GIVEN"."USERINFO_URL", "KEY_SET" = "GIVEN"."KEY_SET", "READ_AT" = "GIVEN"."READ_AT" when not matched then insert ("ISSUER", "TOKEN_ISSUER", "USERINFO_URL", "KEY_SET", "READ_AT") values ("GIVEN"."ISSUER", "GIVEN"."TOKEN_ISSUER", "GIVEN"."USERINFO_URL", "GIVEN"."KEY_SET", "GIVEN"."READ_AT");
select "TOKEN_ISSUER", "USERINFO_URL", "KEY_SET", "READ_AT" from "IDENTITY_PROVIDER" where "ISSUER" = ?;

-- principal
merge into "PRINCIPAL" as "KEPT" using (values (cast(? as varchar(300 codeunits32)), cast(? as varchar(255 codeunits32)), cast(? as varchar(320 codeunits32)), cast(? as varchar(200 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("ISSUER", "SUBJECT", "EMAIL", "DISPLAY_NAME", "VERIFIED_AT") on "KEPT"."ISSUER" = "GIVEN"."ISSUER" and "KEPT"."SUBJECT" = "GIVEN"."SUBJECT" when matched then update set "EMAIL" = "GIVEN"."EMAIL", "DISPLAY_NAME" = "GIVEN"."DISPLAY_NAME", "VERIFIED_AT" = "GIVEN"."VERIFIED_AT" when not matched then insert ("ISSUER", "SUBJECT", "EMAIL", "DISPLAY_NAME", "VERIFIED_AT") values ("GIVEN"."ISSUER", "GIVEN"."SUBJECT", "GIVEN"."EMAIL", "GIVEN"."DISPLAY_NAME", "GIVEN"."VERIFIED_AT");

-- access to the system
select "ROLE" from "SYSTEM_ROLE" where "EMAIL" = ?;

-- me
select "DISPLAY_NAME" from "INSTALLATION";
select "ROLE" from "SYSTEM_ROLE" where "EMAIL" = ?;
select "TENANT"."TENANT_ID", "TENANT"."NAME", "MEMBER"."ROLE" as "ROLE", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "ALL_COUNT", (select count(*) as "COUNT" from "MEMBER_REPOSITORY" where "MEMBER_REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER_REPOSITORY"."EMAIL" = ?) as "GIVEN_COUNT" from "TENANT" left join "MEMBER" on "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER"."EMAIL" = ? order by "TENANT"."NAME";

-- add a server
select "SERVER_ID" from final table (insert into "GITHUB_SERVER" ("KIND", "NAME", "API_URL", "WEB_URL", "CREATED_AT") values (?, ?, ?, ?, ?));

-- servers
select "GITHUB_SERVER"."SERVER_ID", "GITHUB_SERVER"."NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", "APP_ID", "GITHUB_APP"."NAME" as "APP_NAME", "HTML_URL", "CHECKED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" left join "GITHUB_APP" on "GITHUB_APP"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID" order by "GITHUB_SERVER"."NAME";

-- server by its address
select "GITHUB_SERVER"."SERVER_ID", "GITHUB_SERVER"."NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", "APP_ID", "GITHUB_APP"."NAME" as "APP_NAME", "HTML_URL", "CHECKED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" left join "GITHUB_APP" on "GITHUB_APP"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID" where "API_URL" = ?;

-- rename a server
select "GITHUB_SERVER"."SERVER_ID", "GITHUB_SERVER"."NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", "APP_ID", "GITHUB_APP"."NAME" as "APP_NAME", "HTML_URL", "CHECKED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" left join "GITHUB_APP" on "GITHUB_APP"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID" where "GITHUB_SERVER"."SERVER_ID" = ?;
update "GITHUB_SERVER" set "NAME" = ? where "SERVER_ID" = ?;

-- delete a server
delete from "GITHUB_APP" where "SERVER_ID" = ?;
delete from "GITHUB_SERVER" where "SERVER_ID" = ?;
select "GITHUB_SERVER"."SERVER_ID", "GITHUB_SERVER"."NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", "APP_ID", "GITHUB_APP"."NAME" as "APP_NAME", "HTML_URL", "CHECKED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" left join "GITHUB_APP" on "GITHUB_APP"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID" where "GITHUB_SERVER"."SERVER_ID" = ?;

-- system roles
select "EMAIL", "ROLE", "GRANTED_AT" from "SYSTEM_ROLE" order by "EMAIL";

-- give a system role
insert into "SYSTEM_ROLE" ("EMAIL", "ROLE", "GRANTED_AT") values (?, ?, ?);
select "EMAIL" from "SYSTEM_ROLE" where "ROLE" = ? order by "EMAIL" for read only with rs use and keep update locks;
select "EMAIL", "ROLE", "GRANTED_AT" from "SYSTEM_ROLE" where "EMAIL" = ?;

-- change a system role
select "EMAIL", "ROLE", "GRANTED_AT" from "SYSTEM_ROLE" where "EMAIL" = ?;
update "SYSTEM_ROLE" set "EMAIL" = ?, "ROLE" = ?, "GRANTED_AT" = ? where "EMAIL" = ?;

-- take a system role
delete from "SYSTEM_ROLE" where "EMAIL" = ?;
select "EMAIL" from "SYSTEM_ROLE" where "ROLE" = ? order by "EMAIL" for read only with rs use and keep update locks;

-- add a tenant
delete from "TENANT_INSTALLATION" where "TENANT_ID" = ?;
insert into "MEMBER" ("TENANT_ID", "ROLE", "ADDED_AT", "EMAIL") values (?, ?, ?, ?);
select "GITHUB_SERVER"."SERVER_ID", "GITHUB_SERVER"."NAME", "KIND", "API_URL", "WEB_URL", "CREATED_AT", "APP_ID", "GITHUB_APP"."NAME" as "APP_NAME", "HTML_URL", "CHECKED_AT", (select count(*) as "COUNT" from "TENANT" where "TENANT"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID") as "TENANT_COUNT" from "GITHUB_SERVER" left join "GITHUB_APP" on "GITHUB_APP"."SERVER_ID" = "GITHUB_SERVER"."SERVER_ID" where "GITHUB_SERVER"."SERVER_ID" = ?;
select "TENANT_ID" from "TENANT" where "NAME" = ?;
select "TENANT_ID" from final table (insert into "TENANT" ("NAME", "SERVER_ID", "GITHUB_USER", "TOKEN_SEALED", "CREATED_AT", "CREATED_BY", "TOKEN_CHECKED_AT", "TOKEN_EXPIRES_AT") values (?, ?, ?, ?, ?, ?, ?, ?));
select "TENANT_INSTALLATION"."INSTALLATION_ID", "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" left join "TENANT_INSTALLATION" on "TENANT_INSTALLATION"."TENANT_ID" = "TENANT"."TENANT_ID" where "TENANT"."TENANT_ID" = ?;

-- tenants
select "TENANT_INSTALLATION"."INSTALLATION_ID", "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" left join "TENANT_INSTALLATION" on "TENANT_INSTALLATION"."TENANT_ID" = "TENANT"."TENANT_ID" where "TENANT"."TENANT_ID" in (?) order by "TENANT"."NAME";

-- tenant
select "TENANT_INSTALLATION"."INSTALLATION_ID", "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" left join "TENANT_INSTALLATION" on "TENANT_INSTALLATION"."TENANT_ID" = "TENANT"."TENANT_ID" where "TENANT"."TENANT_ID" = ?;

-- change a tenant
delete from "TENANT_INSTALLATION" where "TENANT_ID" = ?;
select "TENANT"."GITHUB_USER", "TENANT"."TOKEN_SEALED", "GITHUB_SERVER"."SERVER_ID", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."API_URL" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" where "TENANT"."TENANT_ID" = ?;
select "TENANT_INSTALLATION"."INSTALLATION_ID", "TENANT"."TENANT_ID", "TENANT"."NAME", "TENANT"."GITHUB_USER", "TENANT"."CREATED_AT", "TENANT"."TOKEN_CHECKED_AT", "TENANT"."TOKEN_EXPIRES_AT", "TENANT"."SERVER_ID", "GITHUB_SERVER"."NAME" as "SERVER_NAME", "GITHUB_SERVER"."KIND", "GITHUB_SERVER"."WEB_URL", (select count(*) as "COUNT" from "REPOSITORY" where "REPOSITORY"."TENANT_ID" = "TENANT"."TENANT_ID") as "REPOSITORY_COUNT", (select count(*) as "COUNT" from "MEMBER" where "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID") as "MEMBER_COUNT" from "TENANT" inner join "GITHUB_SERVER" on "GITHUB_SERVER"."SERVER_ID" = "TENANT"."SERVER_ID" left join "TENANT_INSTALLATION" on "TENANT_INSTALLATION"."TENANT_ID" = "TENANT"."TENANT_ID" where "TENANT"."TENANT_ID" = ?;
update "REPOSITORY" set "REFUSED_AT" = ? where "TENANT_ID" = ? and "REFUSED_AT" is not null;
update "TENANT" set "GITHUB_USER" = ?, "TOKEN_SEALED" = ?, "TOKEN_CHECKED_AT" = ?, "TOKEN_EXPIRES_AT" = ?, "NAME" = ? where "TENANT_ID" = ?;

-- add a channel
select "CHANNEL_ID" from final table (insert into "CHANNEL" ("TENANT_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_SEALED", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY") values (?, ?, ?, ?, ?, ?, ?, ?));
select "CHANNEL_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY", "SENT_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "CHANNEL_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY", "SENT_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "CHANNEL" where "TENANT_ID" = ? order by "CHANNEL_ID";

-- change a channel
select "CHANNEL_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY", "SENT_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "CHANNEL" set "KIND" = ?, "NAME" = ?, "CONTENTS" = ?, "ADDRESS_SEALED" = ?, "ADDRESS_HINT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;

-- send to a channel
select "KIND", "ADDRESS_SEALED" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "CHANNEL" set "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;

-- send to a channel in vain
select "KIND", "ADDRESS_SEALED" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "CHANNEL" set "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;

-- channels
select "CHANNEL_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY", "SENT_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "CHANNEL" where "TENANT_ID" = ? order by "CHANNEL_ID";

-- watch over losses
select "SCHEMA_VERSION"."VERSION" as "STORED", "INSTALLATION"."DISPLAY_NAME" from "SCHEMA_VERSION" left join "INSTALLATION" on "INSTALLATION"."DISPLAY_NAME" is not null order by "SCHEMA_VERSION"."VERSION" desc fetch first 1 rows only;
select "TENANT_ID", "PROBLEM_ID", "KIND", "CODE", "REPOSITORY_ID" from "PROBLEM" where "UNTIL_AT" is null;
select "TENANT_ID", "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "ADDED_AT", "LAST_COVERED_DATE", "LAST_SUCCESS_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "REPOSITORY" where "SCHEDULE" <> ? and ("FAILURE_CODE" is not null or "LAST_SUCCESS_AT" is null or "LAST_SUCCESS_AT" <= ?);
select "TENANT_ID", "TOKEN_EXPIRES_AT" from "TENANT";
select "TENANT_ID", max("LAST_SUCCESS_AT") as "LAST_SUCCESS_AT" from "REPOSITORY" where "SCHEDULE" <> ? group by "TENANT_ID";
select "TENANT_ID", max("STARTED_AT") as "STARTED_AT" from "COLLECTION_RUN" where "STARTED_AT" > ? group by "TENANT_ID";

-- note problems
insert into "PROBLEM" ("TENANT_ID", "KIND", "CODE", "REPOSITORY_ID", "FULL_NAME", "MESSAGE", "SINCE_AT", "UNTIL_AT") values (?, ?, ?, ?, ?, ?, ?, ?);
select "SCHEMA_VERSION"."VERSION" as "STORED", "INSTALLATION"."DISPLAY_NAME" from "SCHEMA_VERSION" left join "INSTALLATION" on "INSTALLATION"."DISPLAY_NAME" is not null order by "SCHEMA_VERSION"."VERSION" desc fetch first 1 rows only;
select "TENANT_ID", "PROBLEM_ID", "KIND", "CODE", "REPOSITORY_ID" from "PROBLEM" where "UNTIL_AT" is null;
select "TENANT_ID", "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "ADDED_AT", "LAST_COVERED_DATE", "LAST_SUCCESS_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "REPOSITORY" where "SCHEDULE" <> ? and ("FAILURE_CODE" is not null or "LAST_SUCCESS_AT" is null or "LAST_SUCCESS_AT" <= ?);
select "TENANT_ID", "TOKEN_EXPIRES_AT" from "TENANT";
select "TENANT_ID", max("LAST_SUCCESS_AT") as "LAST_SUCCESS_AT" from "REPOSITORY" where "SCHEDULE" <> ? group by "TENANT_ID";
select "TENANT_ID", max("STARTED_AT") as "STARTED_AT" from "COLLECTION_RUN" where "STARTED_AT" > ? group by "TENANT_ID";

-- tell of problems
merge into "PROBLEM_NOTICE" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(5 codeunits32)), cast(? as integer), cast(? as timestamp(3)))) as "GIVEN" ("TENANT_ID", "PROBLEM_ID", "CHANNEL_ID", "PHASE", "ATTEMPTS", "DUE_AT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."PROBLEM_ID" = "GIVEN"."PROBLEM_ID" and "KEPT"."CHANNEL_ID" = "GIVEN"."CHANNEL_ID" and "KEPT"."PHASE" = "GIVEN"."PHASE" when matched then update set "ATTEMPTS" = "GIVEN"."ATTEMPTS", "DUE_AT" = "GIVEN"."DUE_AT" when not matched then insert ("TENANT_ID", "PROBLEM_ID", "CHANNEL_ID", "PHASE", "ATTEMPTS", "DUE_AT") values ("GIVEN"."TENANT_ID", "GIVEN"."PROBLEM_ID", "GIVEN"."CHANNEL_ID", "GIVEN"."PHASE", "GIVEN"."ATTEMPTS", "GIVEN"."DUE_AT");
select "CONTENTS" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "KIND", "ADDRESS_SEALED" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "PROBLEM_ID", "KIND", "CODE", "REPOSITORY_ID", "FULL_NAME", "MESSAGE", "SINCE_AT", "UNTIL_AT" from "PROBLEM" where "TENANT_ID" = ? and ("UNTIL_AT" is null or "UNTIL_AT" > ?) order by "PROBLEM_ID";
select "PROBLEM_ID", "PHASE", "ATTEMPTS", "DUE_AT", "SENT_AT" from "PROBLEM_NOTICE" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "TENANT_ID", "NAME" from "TENANT" where "TENANT_ID" = ? for read only with rs use and keep update locks;
select distinct "C"."TENANT_ID", "C"."CHANNEL_ID" from "CHANNEL" as "C" inner join "PROBLEM" as "P" on "P"."TENANT_ID" = "C"."TENANT_ID" left join "PROBLEM_NOTICE" as "B" on "B"."TENANT_ID" = "P"."TENANT_ID" and "B"."PROBLEM_ID" = "P"."PROBLEM_ID" and "B"."CHANNEL_ID" = "C"."CHANNEL_ID" and "B"."PHASE" = ? left join "PROBLEM_NOTICE" as "O" on "O"."TENANT_ID" = "P"."TENANT_ID" and "O"."PROBLEM_ID" = "P"."PROBLEM_ID" and "O"."CHANNEL_ID" = "C"."CHANNEL_ID" and "O"."PHASE" = ? where "C"."CONTENTS" <> ? and (("P"."UNTIL_AT" is null and "B"."SENT_AT" is null) or ("P"."UNTIL_AT" > ? and "B"."SENT_AT" is not null and "O"."SENT_AT" is null));
update "CHANNEL" set "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "CHANNEL" set "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "PROBLEM_NOTICE" set "DUE_AT" = ?, "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "PHASE" = ? and "PROBLEM_ID" in (?);

-- problems of all tenants
select "P"."TENANT_ID", "T"."NAME" as "TENANT_NAME", "P"."PROBLEM_ID", "P"."KIND", "P"."CODE", "P"."REPOSITORY_ID", "P"."FULL_NAME", "P"."MESSAGE", "P"."SINCE_AT" as "SINCE" from "PROBLEM" as "P" inner join "TENANT" as "T" on "T"."TENANT_ID" = "P"."TENANT_ID" where "P"."UNTIL_AT" is null order by "T"."NAME", "P"."PROBLEM_ID";
select distinct "N"."TENANT_ID", "C"."NAME" as "CHANNEL", "N"."FAILURE_MESSAGE" as "MESSAGE" from "PROBLEM_NOTICE" as "N" inner join "PROBLEM" as "P" on "P"."TENANT_ID" = "N"."TENANT_ID" and "P"."PROBLEM_ID" = "N"."PROBLEM_ID" inner join "CHANNEL" as "C" on "C"."TENANT_ID" = "N"."TENANT_ID" and "C"."CHANNEL_ID" = "N"."CHANNEL_ID" where "P"."UNTIL_AT" is null and "N"."SENT_AT" is null and "N"."FAILURE_CODE" is not null;

-- send reports
insert into "REPORT_SENDING" ("TENANT_ID", "CHANNEL_ID", "WEEK_START", "ATTEMPTS", "DUE_AT") values (?, ?, ?, ?, ?);
select "ATTEMPTS", "DUE_AT", "SENT_AT" from "REPORT_SENDING" where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "WEEK_START" = ?;
select "C"."TENANT_ID", "C"."CHANNEL_ID", "T"."NAME" as "TENANT_NAME" from "CHANNEL" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" left join "REPORT_SENDING" as "R" on "R"."TENANT_ID" = "C"."TENANT_ID" and "R"."CHANNEL_ID" = "C"."CHANNEL_ID" and "R"."WEEK_START" = ? where "C"."CONTENTS" <> ? and "C"."CREATED_AT" <= ? and "R"."SENT_AT" is null order by "C"."TENANT_ID", "C"."CHANNEL_ID";
select "CHANNEL_ID" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ? for read only with rs use and keep update locks;
select "KIND", "ADDRESS_SEALED" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? order by "R"."OWNER", "R"."NAME";
select "REPOSITORY_ID", "TRAFFIC_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "STATE" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "TRAFFIC_DATE" >= ? and "TRAFFIC_DATE" <= ?;
select "REPOSITORY_ID", "VIEW_UNIQUES" from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "WEEK_START" = ?;
select "S"."REPOSITORY_ID", "S"."REFERRER", max("S"."VIEW_COUNT") as "VIEW_COUNT" from "REFERRER_SNAPSHOT" as "S" inner join (select "REPOSITORY_ID", min("OBSERVED_DATE") as "FIRST_DATE" from "TRAFFIC_WINDOW" where "TENANT_ID" = ? group by "REPOSITORY_ID") as "F" on "F"."REPOSITORY_ID" = "S"."REPOSITORY_ID" where "S"."TENANT_ID" = ? and "F"."FIRST_DATE" < ? and "S"."SNAPSHOT_DATE" <= ? group by "S"."REPOSITORY_ID", "S"."REFERRER" having min("S"."SNAPSHOT_DATE") >= ?;
select "SCHEMA_VERSION"."VERSION" as "STORED", "INSTALLATION"."DISPLAY_NAME" from "SCHEMA_VERSION" left join "INSTALLATION" on "INSTALLATION"."DISPLAY_NAME" is not null order by "SCHEMA_VERSION"."VERSION" desc fetch first 1 rows only;
update "CHANNEL" set "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "CHANNEL" set "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "REPORT_SENDING" set "ATTEMPTS" = ?, "DUE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "WEEK_START" = ?;
update "REPORT_SENDING" set "DUE_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "WEEK_START" = ?;
update "REPORT_SENDING" set "DUE_AT" = ?, "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "WEEK_START" = ?;

-- end problems
select "SCHEMA_VERSION"."VERSION" as "STORED", "INSTALLATION"."DISPLAY_NAME" from "SCHEMA_VERSION" left join "INSTALLATION" on "INSTALLATION"."DISPLAY_NAME" is not null order by "SCHEMA_VERSION"."VERSION" desc fetch first 1 rows only;
select "TENANT_ID" from "TENANT" where "TENANT_ID" = ? for read only with rs use and keep update locks;
select "TENANT_ID", "PROBLEM_ID", "KIND", "CODE", "REPOSITORY_ID" from "PROBLEM" where "UNTIL_AT" is null;
select "TENANT_ID", "PROBLEM_ID", "KIND", "CODE", "REPOSITORY_ID" from "PROBLEM" where "UNTIL_AT" is null and "TENANT_ID" = ?;
select "TENANT_ID", "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "ADDED_AT", "LAST_COVERED_DATE", "LAST_SUCCESS_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "REPOSITORY" where "SCHEDULE" <> ? and ("FAILURE_CODE" is not null or "LAST_SUCCESS_AT" is null or "LAST_SUCCESS_AT" <= ?);
select "TENANT_ID", "TOKEN_EXPIRES_AT" from "TENANT";
select "TENANT_ID", max("LAST_SUCCESS_AT") as "LAST_SUCCESS_AT" from "REPOSITORY" where "SCHEDULE" <> ? group by "TENANT_ID";
select "TENANT_ID", max("STARTED_AT") as "STARTED_AT" from "COLLECTION_RUN" where "STARTED_AT" > ? group by "TENANT_ID";
update "PROBLEM" set "UNTIL_AT" = ? where "TENANT_ID" = ? and "PROBLEM_ID" = ?;

-- tell that problems are over
merge into "PROBLEM_NOTICE" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(5 codeunits32)), cast(? as integer), cast(? as timestamp(3)))) as "GIVEN" ("TENANT_ID", "PROBLEM_ID", "CHANNEL_ID", "PHASE", "ATTEMPTS", "DUE_AT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."PROBLEM_ID" = "GIVEN"."PROBLEM_ID" and "KEPT"."CHANNEL_ID" = "GIVEN"."CHANNEL_ID" and "KEPT"."PHASE" = "GIVEN"."PHASE" when matched then update set "ATTEMPTS" = "GIVEN"."ATTEMPTS", "DUE_AT" = "GIVEN"."DUE_AT" when not matched then insert ("TENANT_ID", "PROBLEM_ID", "CHANNEL_ID", "PHASE", "ATTEMPTS", "DUE_AT") values ("GIVEN"."TENANT_ID", "GIVEN"."PROBLEM_ID", "GIVEN"."CHANNEL_ID", "GIVEN"."PHASE", "GIVEN"."ATTEMPTS", "GIVEN"."DUE_AT");
select "CONTENTS" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "KIND", "ADDRESS_SEALED" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "PROBLEM_ID", "KIND", "CODE", "REPOSITORY_ID", "FULL_NAME", "MESSAGE", "SINCE_AT", "UNTIL_AT" from "PROBLEM" where "TENANT_ID" = ? and ("UNTIL_AT" is null or "UNTIL_AT" > ?) order by "PROBLEM_ID";
select "PROBLEM_ID", "PHASE", "ATTEMPTS", "DUE_AT", "SENT_AT" from "PROBLEM_NOTICE" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "TENANT_ID", "NAME" from "TENANT" where "TENANT_ID" = ? for read only with rs use and keep update locks;
select distinct "C"."TENANT_ID", "C"."CHANNEL_ID" from "CHANNEL" as "C" inner join "PROBLEM" as "P" on "P"."TENANT_ID" = "C"."TENANT_ID" left join "PROBLEM_NOTICE" as "B" on "B"."TENANT_ID" = "P"."TENANT_ID" and "B"."PROBLEM_ID" = "P"."PROBLEM_ID" and "B"."CHANNEL_ID" = "C"."CHANNEL_ID" and "B"."PHASE" = ? left join "PROBLEM_NOTICE" as "O" on "O"."TENANT_ID" = "P"."TENANT_ID" and "O"."PROBLEM_ID" = "P"."PROBLEM_ID" and "O"."CHANNEL_ID" = "C"."CHANNEL_ID" and "O"."PHASE" = ? where "C"."CONTENTS" <> ? and (("P"."UNTIL_AT" is null and "B"."SENT_AT" is null) or ("P"."UNTIL_AT" > ? and "B"."SENT_AT" is not null and "O"."SENT_AT" is null));
update "CHANNEL" set "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
update "PROBLEM_NOTICE" set "DUE_AT" = ?, "SENT_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "PHASE" = ? and "PROBLEM_ID" in (?);

-- delete a channel
delete from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
delete from "PROBLEM_NOTICE" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
delete from "REPORT_SENDING" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "CHANNEL_ID" from final table (insert into "CHANNEL" ("TENANT_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_SEALED", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY") values (?, ?, ?, ?, ?, ?, ?, ?));
select "CHANNEL_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY", "SENT_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "CHANNEL" where "TENANT_ID" = ? and "CHANNEL_ID" = ?;
select "CHANNEL_ID", "KIND", "NAME", "CONTENTS", "ADDRESS_HINT", "CREATED_AT", "CREATED_BY", "SENT_AT", "FAILURE_CODE", "FAILURE_MESSAGE", "FAILURE_AT" from "CHANNEL" where "TENANT_ID" = ? order by "CHANNEL_ID";

-- seal tokens with another key, and with the first again
select "SERVER_ID", "KEY_SEALED" from "GITHUB_APP";
select "TENANT_ID", "CHANNEL_ID", "ADDRESS_SEALED" from "CHANNEL";
select "TENANT_ID", "TOKEN_SEALED" from "TENANT";
update "CHANNEL" set "ADDRESS_SEALED" = ? where "TENANT_ID" = ? and "CHANNEL_ID" = ? and "ADDRESS_SEALED" = ?;
update "TENANT" set "TOKEN_SEALED" = ? where "TENANT_ID" = ? and "TOKEN_SEALED" = ?;

-- access to any tenant
select "ROLE" from "SYSTEM_ROLE" where "EMAIL" = ?;
select "TENANT_ID", "ROLE" from "MEMBER" where "EMAIL" = ?;

-- discover repositories
select "GITHUB_ID" from "REPOSITORY" where "TENANT_ID" = ?;
select "T"."TOKEN_SEALED", "T"."TOKEN_EXPIRES_AT", "S"."SERVER_ID", "S"."API_URL", "S"."KIND", "I"."INSTALLATION_ID", "I"."TOKEN_SEALED" as "MADE_SEALED", "I"."TOKEN_EXPIRES_AT" as "MADE_EXPIRES_AT" from "TENANT" as "T" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "TENANT_INSTALLATION" as "I" on "I"."TENANT_ID" = "T"."TENANT_ID" where "T"."TENANT_ID" = ?;

-- add repositories
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";
select "REPOSITORY_ID" from final table (insert into "REPOSITORY" ("TENANT_ID", "GITHUB_ID", "OWNER", "NAME", "SCHEDULE", "VISIBILITY", "ARCHIVED_AT", "ADDED_AT", "ADDED_BY") values (?, ?, ?, ?, ?, ?, ?, ?, ?));
select "T"."TOKEN_SEALED", "T"."TOKEN_EXPIRES_AT", "S"."SERVER_ID", "S"."API_URL", "S"."KIND", "I"."INSTALLATION_ID", "I"."TOKEN_SEALED" as "MADE_SEALED", "I"."TOKEN_EXPIRES_AT" as "MADE_EXPIRES_AT" from "TENANT" as "T" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "TENANT_INSTALLATION" as "I" on "I"."TENANT_ID" = "T"."TENANT_ID" where "T"."TENANT_ID" = ?;

-- put a member
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "EMAIL" = ?;
merge into "MEMBER" as "KEPT" using (values (cast(? as integer), cast(? as varchar(320 codeunits32)), cast(? as varchar(20 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("TENANT_ID", "EMAIL", "ROLE", "ADDED_AT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."EMAIL" = "GIVEN"."EMAIL" when matched then update set "ROLE" = "GIVEN"."ROLE" when not matched then insert ("TENANT_ID", "EMAIL", "ROLE", "ADDED_AT") values ("GIVEN"."TENANT_ID", "GIVEN"."EMAIL", "GIVEN"."ROLE", "GIVEN"."ADDED_AT");
merge into "MEMBER_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as varchar(320 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "EMAIL", "REPOSITORY_ID") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."EMAIL" = "GIVEN"."EMAIL" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "EMAIL", "REPOSITORY_ID") values ("GIVEN"."TENANT_ID", "GIVEN"."EMAIL", "GIVEN"."REPOSITORY_ID");
select "EMAIL", "ROLE", "ADDED_AT" from "MEMBER" where "TENANT_ID" = ? and "EMAIL" = ?;
select "REPOSITORY_ID" from "REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" in (?);

-- access to a tenant
select "MEMBER"."ROLE" as "ROLE", "SYSTEM_ROLE"."ROLE" as "SYSTEM_ROLE" from "TENANT" left join "MEMBER" on "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER"."EMAIL" = ? left join "SYSTEM_ROLE" on "SYSTEM_ROLE"."EMAIL" = ? where "TENANT"."TENANT_ID" = ?;
select "REPOSITORY_ID" from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "EMAIL" = ?;

-- members
select "EMAIL", "REPOSITORY_ID" from "MEMBER_REPOSITORY" where "TENANT_ID" = ? order by "REPOSITORY_ID";
select "EMAIL", "ROLE", "ADDED_AT" from "MEMBER" where "TENANT_ID" = ? order by "EMAIL";
select "REPOSITORY_ID", "OWNER", "NAME" from "REPOSITORY" where "TENANT_ID" = ? order by "OWNER", "NAME";

-- remove a member
delete from "MEMBER" where "TENANT_ID" = ? and "EMAIL" = ?;
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "EMAIL" = ?;

-- pace the requests of a token
delete from "TOKEN_USE" where "USED_AT" < ?;
insert into "TOKEN_USE" ("TOKEN_FINGERPRINT", "STATE", "USED_AT") values (?, ?, ?);
select "STATE" from "TOKEN_USE" where "TOKEN_FINGERPRINT" = ? for read only with rs use and keep update locks;
update "TOKEN_USE" set "STATE" = ?, "USED_AT" = ? where "TOKEN_FINGERPRINT" = ?;

-- start a run for what was added
merge into "RUN_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(201 codeunits32)), cast(? as varchar(10 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."RUN_ID" = "GIVEN"."RUN_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."RUN_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."FULL_NAME", "GIVEN"."STATE", "GIVEN"."REQUEST_COUNT");
select "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "LAST_SUCCESS_AT", "FAILURE_AT", "REFUSED_AT" from "REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" in (?);
select "RUN_ID" from final table (insert into "COLLECTION_RUN" ("TENANT_ID", "REASON", "STARTED_BY", "STATE", "STARTED_AT", "REPOSITORY_COUNT") values (?, ?, ?, ?, ?, ?));
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;

-- start a run that the platform refuses
merge into "RUN_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(201 codeunits32)), cast(? as varchar(10 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."RUN_ID" = "GIVEN"."RUN_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."RUN_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."FULL_NAME", "GIVEN"."STATE", "GIVEN"."REQUEST_COUNT");
select "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "LAST_SUCCESS_AT", "FAILURE_AT", "REFUSED_AT" from "REPOSITORY" where "TENANT_ID" = ?;
select "RUN_ID" from "COLLECTION_RUN" where "TENANT_ID" = ? and "STATE" = ? and ("REASON" <> ? or "STARTED_AT" <= ?);
select "RUN_ID" from final table (insert into "COLLECTION_RUN" ("TENANT_ID", "REASON", "STARTED_BY", "STATE", "STARTED_AT", "REPOSITORY_COUNT") values (?, ?, ?, ?, ?, ?));
select count(*) as "ALL", sum(case when state = 'succeeded' then 1 else 0 end) as "SUCCEEDED" from "RUN_REPOSITORY" where "TENANT_ID" = ? and "RUN_ID" = ?;
select distinct "R"."LAST_COVERED_DATE" from "RUN_REPOSITORY" as "W" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "W"."TENANT_ID" and "R"."REPOSITORY_ID" = "W"."REPOSITORY_ID" where "W"."TENANT_ID" = ? and "W"."RUN_ID" = ? and "W"."STATE" = ?;
update "COLLECTION_RUN" set "STATE" = ?, "FINISHED_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ?;
update "RUN_REPOSITORY" set "STATE" = ?, "CODE" = ?, "MESSAGE" = ?, "FINISHED_AT" = ?, "DAYS_UNTIL_LOSS" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ? and "REPOSITORY_ID" in (select "REPOSITORY_ID" from "REPOSITORY" where "TENANT_ID" = ? and "LAST_COVERED_DATE" is null);
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ?;
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and ("LEASED_UNTIL" is null or "LEASED_UNTIL" <= ?);

-- start a run
merge into "RUN_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(201 codeunits32)), cast(? as varchar(10 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."RUN_ID" = "GIVEN"."RUN_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."RUN_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."FULL_NAME", "GIVEN"."STATE", "GIVEN"."REQUEST_COUNT");
select "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "LAST_SUCCESS_AT", "FAILURE_AT", "REFUSED_AT" from "REPOSITORY" where "TENANT_ID" = ?;
select "RUN_ID" from "COLLECTION_RUN" where "TENANT_ID" = ? and "STATE" = ? and ("REASON" <> ? or "STARTED_AT" <= ?);
select "RUN_ID" from final table (insert into "COLLECTION_RUN" ("TENANT_ID", "REASON", "STARTED_BY", "STATE", "STARTED_AT", "REPOSITORY_COUNT") values (?, ?, ?, ?, ?, ?));
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and ("LEASED_UNTIL" is null or "LEASED_UNTIL" <= ?);

-- start all runs
select "T"."TENANT_ID" from "TENANT" as "T" where "T"."TENANT_ID" > ? and ("T"."LEASED_UNTIL" is null or "T"."LEASED_UNTIL" <= ?) and exists (select "R"."REPOSITORY_ID" from "REPOSITORY" as "R" where "R"."TENANT_ID" = "T"."TENANT_ID" and "R"."SCHEDULE" <> ? and ("R"."LAST_SUCCESS_AT" is null or ("R"."LAST_SUCCESS_AT" < ? and ("R"."SCHEDULE" = ? or "R"."FAILURE_AT" is not null)) or ("R"."SCHEDULE" = ? and "R"."LAST_SUCCESS_AT" < ?))) order by "T"."TENANT_ID" fetch first 100 rows only;

-- close runs that were abandoned
select distinct "C"."TENANT_ID" from "COLLECTION_RUN" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" where "C"."STATE" = ? and "C"."STARTED_AT" <= ? and ("T"."LEASED_UNTIL" is null or "T"."LEASED_UNTIL" <= ?) order by "C"."TENANT_ID";

-- list tenants that no alarm finished
select "T"."TENANT_ID" from "TENANT" as "T" where "T"."TENANT_ID" > ? and ("T"."LEASED_UNTIL" is null or "T"."LEASED_UNTIL" <= ?) and exists (select "R"."REPOSITORY_ID" from "REPOSITORY" as "R" where "R"."TENANT_ID" = "T"."TENANT_ID" and "R"."SCHEDULE" <> ? and ("R"."LAST_SUCCESS_AT" is null or ("R"."LAST_SUCCESS_AT" < ? and ("R"."SCHEDULE" = ? or "R"."FAILURE_AT" is not null)) or ("R"."SCHEDULE" = ? and "R"."LAST_SUCCESS_AT" < ?))) and not exists (select "C"."RUN_ID" from "COLLECTION_RUN" as "C" where "C"."TENANT_ID" = "T"."TENANT_ID" and "C"."STARTED_AT" > ? and "C"."REASON" = ? and ("C"."FAILURE_CODE" is null or "C"."FAILURE_CODE" not in (?))) order by "T"."TENANT_ID" fetch first 100 rows only;

-- set a schedule
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";
update "REPOSITORY" set "SCHEDULE" = ?, "REFUSED_AT" = ? where "TENANT_ID" = ? and "REPOSITORY_ID" in (?);

-- collect
delete from "PATH_SNAPSHOT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "SNAPSHOT_DATE" = ?;
delete from "REFERRER_SNAPSHOT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "SNAPSHOT_DATE" = ?;
merge into "GITHUB_ANSWER" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as varchar(40 codeunits32)), cast(? as varchar(64 codeunits32)), cast(? as integer), cast(? as varchar(200 codeunits32)), cast(? as varchar(6000 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "KIND", "TOKEN_FINGERPRINT", "FORMAT", "ETAG", "ANSWER", "READ_AT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."KIND" = "GIVEN"."KIND" when matched then update set "TOKEN_FINGERPRINT" = "GIVEN"."TOKEN_FINGERPRINT", "FORMAT" = "GIVEN"."FORMAT", "ETAG" = "GIVEN"."ETAG", "ANSWER" = "GIVEN"."ANSWER", "READ_AT" = "GIVEN"."READ_AT" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "KIND", "TOKEN_FINGERPRINT", "FORMAT", "ETAG", "ANSWER", "READ_AT") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."KIND", "GIVEN"."TOKEN_FINGERPRINT", "GIVEN"."FORMAT", "GIVEN"."ETAG", "GIVEN"."ANSWER", "GIVEN"."READ_AT");
merge into "PATH_SNAPSHOT" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as smallint), cast(? as integer), cast(? as integer), cast(? as varchar(2000 codeunits32)), cast(? as varchar(2000 codeunits32)))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "SNAPSHOT_DATE", "LIST_RANK", "VIEW_COUNT", "VIEW_UNIQUES", "PATH", "TITLE") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."SNAPSHOT_DATE" = "GIVEN"."SNAPSHOT_DATE" and "KEPT"."LIST_RANK" = "GIVEN"."LIST_RANK" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "SNAPSHOT_DATE", "LIST_RANK", "VIEW_COUNT", "VIEW_UNIQUES", "PATH", "TITLE") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."SNAPSHOT_DATE", "GIVEN"."LIST_RANK", "GIVEN"."VIEW_COUNT", "GIVEN"."VIEW_UNIQUES", "GIVEN"."PATH", "GIVEN"."TITLE");
merge into "REFERRER_SNAPSHOT" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as smallint), cast(? as integer), cast(? as integer), cast(? as varchar(400 codeunits32)))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "SNAPSHOT_DATE", "LIST_RANK", "VIEW_COUNT", "VIEW_UNIQUES", "REFERRER") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."SNAPSHOT_DATE" = "GIVEN"."SNAPSHOT_DATE" and "KEPT"."LIST_RANK" = "GIVEN"."LIST_RANK" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "SNAPSHOT_DATE", "LIST_RANK", "VIEW_COUNT", "VIEW_UNIQUES", "REFERRER") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."SNAPSHOT_DATE", "GIVEN"."LIST_RANK", "GIVEN"."VIEW_COUNT", "GIVEN"."VIEW_UNIQUES", "GIVEN"."REFERRER");
merge into "RELEASE_ASSET" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as bigint), cast(? as bigint), cast(? as varchar(255 codeunits32)), cast(? as varchar(255 codeunits32)), cast(? as varchar(255 codeunits32)), cast(? as bigint), cast(? as timestamp(3)), cast(? as timestamp(3)), cast(? as integer), cast(? as date))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "ASSET_ID", "RELEASE_ID", "TAG", "RELEASE_NAME", "ASSET_NAME", "SIZE_BYTES", "CREATED_AT", "PUBLISHED_AT", "DOWNLOAD_COUNT", "REMOVED_DATE") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."ASSET_ID" = "GIVEN"."ASSET_ID" when matched then update set "TAG" = "GIVEN"."TAG", "RELEASE_NAME" = "GIVEN"."RELEASE_NAME", "ASSET_NAME" = "GIVEN"."ASSET_NAME", "SIZE_BYTES" = "GIVEN"."SIZE_BYTES", "PUBLISHED_AT" = "GIVEN"."PUBLISHED_AT", "DOWNLOAD_COUNT" = "GIVEN"."DOWNLOAD_COUNT", "REMOVED_DATE" = "GIVEN"."REMOVED_DATE" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "ASSET_ID", "RELEASE_ID", "TAG", "RELEASE_NAME", "ASSET_NAME", "SIZE_BYTES", "CREATED_AT", "PUBLISHED_AT", "DOWNLOAD_COUNT", "REMOVED_DATE") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."ASSET_ID", "GIVEN"."RELEASE_ID", "GIVEN"."TAG", "GIVEN"."RELEASE_NAME", "GIVEN"."ASSET_NAME", "GIVEN"."SIZE_BYTES", "GIVEN"."CREATED_AT", "GIVEN"."PUBLISHED_AT", "GIVEN"."DOWNLOAD_COUNT", "GIVEN"."REMOVED_DATE");
merge into "RELEASE_DOWNLOAD" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as bigint), cast(? as date), cast(? as date), cast(? as integer), cast(? as integer))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "ASSET_ID", "DOWNLOAD_DATE", "SINCE_DATE", "GAINED", "DOWNLOAD_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."ASSET_ID" = "GIVEN"."ASSET_ID" and "KEPT"."DOWNLOAD_DATE" = "GIVEN"."DOWNLOAD_DATE" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "ASSET_ID", "DOWNLOAD_DATE", "SINCE_DATE", "GAINED", "DOWNLOAD_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."ASSET_ID", "GIVEN"."DOWNLOAD_DATE", "GIVEN"."SINCE_DATE", "GIVEN"."GAINED", "GIVEN"."DOWNLOAD_COUNT");
merge into "REPOSITORY_EXTRA" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as varchar(20 codeunits32)), cast(? as timestamp(3)), cast(? as timestamp(3)), cast(? as integer), cast(? as integer), cast(? as varchar(40 codeunits32)), cast(? as varchar(500 codeunits32)))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "KIND", "TRIED_AT", "READ_AT", "NEXT_PAGE", "SEEN_COUNT", "FAILURE_CODE", "FAILURE_MESSAGE") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."KIND" = "GIVEN"."KIND" when matched then update set "TRIED_AT" = "GIVEN"."TRIED_AT", "READ_AT" = "GIVEN"."READ_AT", "NEXT_PAGE" = "GIVEN"."NEXT_PAGE", "SEEN_COUNT" = "GIVEN"."SEEN_COUNT", "FAILURE_CODE" = "GIVEN"."FAILURE_CODE", "FAILURE_MESSAGE" = "GIVEN"."FAILURE_MESSAGE" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "KIND", "TRIED_AT", "READ_AT", "NEXT_PAGE", "SEEN_COUNT", "FAILURE_CODE", "FAILURE_MESSAGE") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."KIND", "GIVEN"."TRIED_AT", "GIVEN"."READ_AT", "GIVEN"."NEXT_PAGE", "GIVEN"."SEEN_COUNT", "GIVEN"."FAILURE_CODE", "GIVEN"."FAILURE_MESSAGE");
merge into "REPOSITORY_FACT" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as integer), cast(? as integer), cast(? as integer), cast(? as integer))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "FACT_DATE", "STARS", "FORKS", "SUBSCRIBERS", "OPEN_ISSUES") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."FACT_DATE" = "GIVEN"."FACT_DATE" when matched then update set "STARS" = "GIVEN"."STARS", "FORKS" = "GIVEN"."FORKS", "SUBSCRIBERS" = "GIVEN"."SUBSCRIBERS", "OPEN_ISSUES" = "GIVEN"."OPEN_ISSUES" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "FACT_DATE", "STARS", "FORKS", "SUBSCRIBERS", "OPEN_ISSUES") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."FACT_DATE", "GIVEN"."STARS", "GIVEN"."FORKS", "GIVEN"."SUBSCRIBERS", "GIVEN"."OPEN_ISSUES");
merge into "STAR_DAY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as integer))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "STAR_DATE", "GAINED") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."STAR_DATE" = "GIVEN"."STAR_DATE" when matched then update set "GAINED" = coalesce(greatest("KEPT"."GAINED", "GIVEN"."GAINED"), "KEPT"."GAINED", "GIVEN"."GAINED") when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "STAR_DATE", "GAINED") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."STAR_DATE", "GIVEN"."GAINED");
merge into "TRAFFIC_DAY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as integer), cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(12 codeunits32)), cast(? as timestamp(3)))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "TRAFFIC_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "STATE", "OBSERVED_AT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."TRAFFIC_DATE" = "GIVEN"."TRAFFIC_DATE" when matched then update set "VIEW_COUNT" = "GIVEN"."VIEW_COUNT", "VIEW_UNIQUES" = "GIVEN"."VIEW_UNIQUES", "CLONE_COUNT" = "GIVEN"."CLONE_COUNT", "CLONE_UNIQUES" = "GIVEN"."CLONE_UNIQUES", "STATE" = "GIVEN"."STATE", "OBSERVED_AT" = "GIVEN"."OBSERVED_AT" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "TRAFFIC_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "STATE", "OBSERVED_AT") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."TRAFFIC_DATE", "GIVEN"."VIEW_COUNT", "GIVEN"."VIEW_UNIQUES", "GIVEN"."CLONE_COUNT", "GIVEN"."CLONE_UNIQUES", "GIVEN"."STATE", "GIVEN"."OBSERVED_AT");
merge into "TRAFFIC_WINDOW" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as integer), cast(? as integer), cast(? as integer), cast(? as integer))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "OBSERVED_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."OBSERVED_DATE" = "GIVEN"."OBSERVED_DATE" when matched then update set "VIEW_COUNT" = "GIVEN"."VIEW_COUNT", "VIEW_UNIQUES" = "GIVEN"."VIEW_UNIQUES", "CLONE_COUNT" = "GIVEN"."CLONE_COUNT", "CLONE_UNIQUES" = "GIVEN"."CLONE_UNIQUES" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "OBSERVED_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."OBSERVED_DATE", "GIVEN"."VIEW_COUNT", "GIVEN"."VIEW_UNIQUES", "GIVEN"."CLONE_COUNT", "GIVEN"."CLONE_UNIQUES");
merge into "WORKFLOW_DAY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as date), cast(? as integer))) as "GIVEN" ("TENANT_ID", "REPOSITORY_ID", "RUN_DATE", "RUN_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" and "KEPT"."RUN_DATE" = "GIVEN"."RUN_DATE" when matched then update set "RUN_COUNT" = "GIVEN"."RUN_COUNT" when not matched then insert ("TENANT_ID", "REPOSITORY_ID", "RUN_DATE", "RUN_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."RUN_DATE", "GIVEN"."RUN_COUNT");
select "ASSET_ID", "DOWNLOAD_COUNT", "REMOVED_DATE" from "RELEASE_ASSET" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select "R"."REPOSITORY_ID", "R"."GITHUB_ID", "R"."OWNER", "R"."NAME", "R"."ARCHIVED_AT", "R"."LAST_COVERED_DATE" from "RUN_REPOSITORY" as "W" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "W"."TENANT_ID" and "R"."REPOSITORY_ID" = "W"."REPOSITORY_ID" where "W"."TENANT_ID" = ? and "W"."RUN_ID" = ? and "W"."STATE" = ? order by case when "R"."LAST_SUCCESS_AT" is null then 0 else 1 end, "R"."LAST_SUCCESS_AT", "R"."REPOSITORY_ID";
select "R"."TENANT_ID", "R"."REPOSITORY_ID", "R"."GITHUB_ID", "R"."FIRST_COVERED_DATE", "F"."STARS" from "RUN_REPOSITORY" as "W" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "W"."TENANT_ID" and "R"."REPOSITORY_ID" = "W"."REPOSITORY_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "W"."TENANT_ID" = ? and "W"."RUN_ID" = ? and "W"."STATE" = ? order by "R"."REPOSITORY_ID";
select "REASON" from "COLLECTION_RUN" where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ?;
select "REPOSITORY_ID" from "REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? for read only with rs use and keep update locks;
select "REPOSITORY_ID", "KIND", "ETAG", "ANSWER" from "GITHUB_ANSWER" where "TENANT_ID" = ? and "REPOSITORY_ID" in (?) and "TOKEN_FINGERPRINT" = ? and "FORMAT" = ?;
select "REPOSITORY_ID", "KIND", "TRIED_AT", "READ_AT", "NEXT_PAGE", "SEEN_COUNT", "FAILURE_CODE", "FAILURE_MESSAGE" from "REPOSITORY_EXTRA" where "TENANT_ID" = ?;
select "REPOSITORY_ID", "KIND", "TRIED_AT", "READ_AT", "NEXT_PAGE", "SEEN_COUNT", "FAILURE_CODE", "FAILURE_MESSAGE" from "REPOSITORY_EXTRA" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select "REPOSITORY_ID", "NAME_BEFORE" from "REPOSITORY_EVENT" where "TENANT_ID" = ? and "NAME_BEFORE" is not null;
select "REPOSITORY_ID", max("WEEK_START") as "WEEK_START" from "TRAFFIC_WEEK" where "TENANT_ID" = ? group by "REPOSITORY_ID";
select "RUN_DATE" from "WORKFLOW_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "RUN_DATE" >= ?;
select "T"."TOKEN_SEALED", "T"."TOKEN_EXPIRES_AT", "S"."SERVER_ID", "S"."API_URL", "S"."KIND", "I"."INSTALLATION_ID", "I"."TOKEN_SEALED" as "MADE_SEALED", "I"."TOKEN_EXPIRES_AT" as "MADE_EXPIRES_AT" from "TENANT" as "T" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "TENANT_INSTALLATION" as "I" on "I"."TENANT_ID" = "T"."TENANT_ID" where "T"."TENANT_ID" = ?;
select "TRAFFIC_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "STATE", "OBSERVED_AT" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "TRAFFIC_DATE" >= ? and "TRAFFIC_DATE" <= ? order by "TRAFFIC_DATE";
select count(*) as "ALL", sum(case when state = 'succeeded' then 1 else 0 end) as "SUCCEEDED" from "RUN_REPOSITORY" where "TENANT_ID" = ? and "RUN_ID" = ?;
update "COLLECTION_RUN" set "STATE" = ?, "FINISHED_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ?;
update "REPOSITORY" set "VISIBILITY" = ?, "FIRST_COVERED_DATE" = case when first_covered_date < ? then first_covered_date else cast(? as date) end, "LAST_COVERED_DATE" = case when last_covered_date > ? then last_covered_date else cast(? as date) end, "LAST_SUCCESS_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = ?, "REFUSED_AT" = ? where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
update "RUN_REPOSITORY" set "REQUEST_COUNT" = "REQUEST_COUNT" + ? where "TENANT_ID" = ? and "RUN_ID" = ? and "REPOSITORY_ID" = ?;
update "RUN_REPOSITORY" set "STATE" = ?, "FULL_NAME" = ?, "REQUEST_COUNT" = ?, "UNCHANGED_COUNT" = ?, "FINISHED_AT" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "REPOSITORY_ID" = ?;
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;

-- start a run for what was collected, which the platform refuses
merge into "RUN_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(201 codeunits32)), cast(? as varchar(10 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."RUN_ID" = "GIVEN"."RUN_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."RUN_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."FULL_NAME", "GIVEN"."STATE", "GIVEN"."REQUEST_COUNT");
select "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "LAST_SUCCESS_AT", "FAILURE_AT", "REFUSED_AT" from "REPOSITORY" where "TENANT_ID" = ?;
select "RUN_ID" from "COLLECTION_RUN" where "TENANT_ID" = ? and "STATE" = ? and ("REASON" <> ? or "STARTED_AT" <= ?);
select "RUN_ID" from final table (insert into "COLLECTION_RUN" ("TENANT_ID", "REASON", "STARTED_BY", "STATE", "STARTED_AT", "REPOSITORY_COUNT") values (?, ?, ?, ?, ?, ?));
select count(*) as "ALL", sum(case when state = 'succeeded' then 1 else 0 end) as "SUCCEEDED" from "RUN_REPOSITORY" where "TENANT_ID" = ? and "RUN_ID" = ?;
select distinct "R"."LAST_COVERED_DATE" from "RUN_REPOSITORY" as "W" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "W"."TENANT_ID" and "R"."REPOSITORY_ID" = "W"."REPOSITORY_ID" where "W"."TENANT_ID" = ? and "W"."RUN_ID" = ? and "W"."STATE" = ?;
update "COLLECTION_RUN" set "STATE" = ?, "FINISHED_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ?;
update "RUN_REPOSITORY" set "STATE" = ?, "CODE" = ?, "MESSAGE" = ?, "FINISHED_AT" = ?, "DAYS_UNTIL_LOSS" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ? and "REPOSITORY_ID" in (select "REPOSITORY_ID" from "REPOSITORY" where "TENANT_ID" = ? and "LAST_COVERED_DATE" = ?);
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ?;
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and ("LEASED_UNTIL" is null or "LEASED_UNTIL" <= ?);

-- start a run that fails
merge into "RUN_REPOSITORY" as "KEPT" using (values (cast(? as integer), cast(? as integer), cast(? as integer), cast(? as varchar(201 codeunits32)), cast(? as varchar(10 codeunits32)), cast(? as integer))) as "GIVEN" ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") on "KEPT"."TENANT_ID" = "GIVEN"."TENANT_ID" and "KEPT"."RUN_ID" = "GIVEN"."RUN_ID" and "KEPT"."REPOSITORY_ID" = "GIVEN"."REPOSITORY_ID" when not matched then insert ("TENANT_ID", "RUN_ID", "REPOSITORY_ID", "FULL_NAME", "STATE", "REQUEST_COUNT") values ("GIVEN"."TENANT_ID", "GIVEN"."RUN_ID", "GIVEN"."REPOSITORY_ID", "GIVEN"."FULL_NAME", "GIVEN"."STATE", "GIVEN"."REQUEST_COUNT");
select "REPOSITORY_ID", "OWNER", "NAME", "SCHEDULE", "LAST_SUCCESS_AT", "FAILURE_AT", "REFUSED_AT" from "REPOSITORY" where "TENANT_ID" = ?;
select "RUN_ID" from "COLLECTION_RUN" where "TENANT_ID" = ? and "STATE" = ? and ("REASON" <> ? or "STARTED_AT" <= ?);
select "RUN_ID" from final table (insert into "COLLECTION_RUN" ("TENANT_ID", "REASON", "STARTED_BY", "STATE", "STARTED_AT", "REPOSITORY_COUNT") values (?, ?, ?, ?, ?, ?));
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and ("LEASED_UNTIL" is null or "LEASED_UNTIL" <= ?);

-- collect with a token that cannot be opened
select "R"."REPOSITORY_ID", "R"."GITHUB_ID", "R"."OWNER", "R"."NAME", "R"."ARCHIVED_AT", "R"."LAST_COVERED_DATE" from "RUN_REPOSITORY" as "W" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "W"."TENANT_ID" and "R"."REPOSITORY_ID" = "W"."REPOSITORY_ID" where "W"."TENANT_ID" = ? and "W"."RUN_ID" = ? and "W"."STATE" = ? order by case when "R"."LAST_SUCCESS_AT" is null then 0 else 1 end, "R"."LAST_SUCCESS_AT", "R"."REPOSITORY_ID";
select "REASON" from "COLLECTION_RUN" where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ?;
select "REPOSITORY_ID", "NAME_BEFORE" from "REPOSITORY_EVENT" where "TENANT_ID" = ? and "NAME_BEFORE" is not null;
select "REPOSITORY_ID", max("WEEK_START") as "WEEK_START" from "TRAFFIC_WEEK" where "TENANT_ID" = ? group by "REPOSITORY_ID";
select count(*) as "ALL", sum(case when state = 'succeeded' then 1 else 0 end) as "SUCCEEDED" from "RUN_REPOSITORY" where "TENANT_ID" = ? and "RUN_ID" = ?;
update "COLLECTION_RUN" set "STATE" = ?, "FINISHED_AT" = ?, "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "STATE" = ?;
update "REPOSITORY" set "FAILURE_CODE" = ?, "FAILURE_MESSAGE" = ?, "FAILURE_AT" = coalesce(failure_at, ?), "REFUSED_AT" = ? where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
update "RUN_REPOSITORY" set "STATE" = ?, "CODE" = ?, "MESSAGE" = ?, "REQUEST_COUNT" = ?, "UNCHANGED_COUNT" = ?, "FINISHED_AT" = ?, "DAYS_UNTIL_LOSS" = ? where "TENANT_ID" = ? and "RUN_ID" = ? and "REPOSITORY_ID" = ? and "STATE" = ?;
update "TENANT" set "LEASED_RUN_ID" = ?, "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;
update "TENANT" set "LEASED_UNTIL" = ? where "TENANT_ID" = ? and "LEASED_RUN_ID" = ?;

-- repositories
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";

-- what is stored for a repository
select count(*) as "SNAPSHOTS" from "TRAFFIC_WINDOW" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select count(*) as "TRAFFIC_DAYS", min("TRAFFIC_DATE") as "FIRST_DATE", max("TRAFFIC_DATE") as "LAST_DATE" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;

-- overview
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", count(*) as "DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" and "R"."FIRST_COVERED_DATE" > "D"."TRAFFIC_DATE" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ?) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", count(*) as "DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" and "R"."FIRST_COVERED_DATE" > "D"."TRAFFIC_DATE" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ?) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", count(*) as "DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then d.traffic_date end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" and "R"."FIRST_COVERED_DATE" > "D"."TRAFFIC_DATE" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ?) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", max("G"."VIEW_UNIQUES") as "VIEW_UNIQUES_MOST", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", max("G"."CLONE_UNIQUES") as "CLONE_UNIQUES_MOST", count(*) as "DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_OPEN") as "OPEN_DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end as "IS_OPEN" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ?) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", max("G"."VIEW_UNIQUES") as "VIEW_UNIQUES_MOST", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", max("G"."CLONE_UNIQUES") as "CLONE_UNIQUES_MOST", count(*) as "DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_OPEN") as "OPEN_DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end as "IS_OPEN" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ?) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", max("G"."VIEW_UNIQUES") as "VIEW_UNIQUES_MOST", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", max("G"."CLONE_UNIQUES") as "CLONE_UNIQUES_MOST", count(*) as "DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_OPEN") as "OPEN_DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then d.traffic_date end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end as "IS_OPEN" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ?) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? order by "R"."OWNER", "R"."NAME";
select "REPOSITORY_ID", max("VIEW_UNIQUES") as "VIEW_UNIQUES", max("CLONE_UNIQUES") as "CLONE_UNIQUES" from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "WEEK_START" >= ? and "WEEK_START" <= ? group by "REPOSITORY_ID";
select "TOKEN_EXPIRES_AT", (select max("STARTED_AT") as "STARTED_AT" from "COLLECTION_RUN" where "COLLECTION_RUN"."TENANT_ID" = "TENANT"."TENANT_ID") as "LAST_RUN_AT" from "TENANT" where "TENANT_ID" = ?;
select max("C"."RUN_ID") as "RUN_ID" from "COLLECTION_RUN" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" where "C"."TENANT_ID" = ? and "C"."STATE" = ? and ("C"."STARTED_AT" > ? or ("T"."LEASED_RUN_ID" = "C"."RUN_ID" and "T"."LEASED_UNTIL" > ?));

-- overview as CSV
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", count(*) as "DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" and "R"."FIRST_COVERED_DATE" > "D"."TRAFFIC_DATE" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", count(*) as "DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" and "R"."FIRST_COVERED_DATE" > "D"."TRAFFIC_DATE" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", count(*) as "DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then d.traffic_date end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" and "R"."FIRST_COVERED_DATE" > "D"."TRAFFIC_DATE" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", max("G"."VIEW_UNIQUES") as "VIEW_UNIQUES_MOST", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", max("G"."CLONE_UNIQUES") as "CLONE_UNIQUES_MOST", count(*) as "DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_OPEN") as "OPEN_DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end as "IS_OPEN" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", max("G"."VIEW_UNIQUES") as "VIEW_UNIQUES_MOST", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", max("G"."CLONE_UNIQUES") as "CLONE_UNIQUES_MOST", count(*) as "DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_OPEN") as "OPEN_DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end as "IS_OPEN" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", max("G"."VIEW_UNIQUES") as "VIEW_UNIQUES_MOST", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", max("G"."CLONE_UNIQUES") as "CLONE_UNIQUES_MOST", count(*) as "DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_OPEN") as "OPEN_DAYS" from (select "D"."REPOSITORY_ID", case when d.traffic_date >= ? then d.traffic_date end as "BUCKET", case when d.traffic_date < ? then 0 when d.traffic_date <= ? then 1 else 2 end + case when d.traffic_date >= ? then 3 else 0 end as "PART", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end as "IS_OPEN" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."BUCKET", "G"."PART";
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";
select "REPOSITORY_ID", max("VIEW_UNIQUES") as "VIEW_UNIQUES", max("CLONE_UNIQUES") as "CLONE_UNIQUES" from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "WEEK_START" >= ? and "WEEK_START" <= ? and "REPOSITORY_ID" in (?) group by "REPOSITORY_ID";

-- table
select "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", count(*) as "DAYS", sum("G"."IS_MEASURED") as "MEASURED_DAYS", sum("G"."IS_IMPORTED") as "IMPORTED_DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_COVERED") as "COVERED_DAYS", sum("G"."IS_REMEMBERED") as "REMEMBERED_DAYS" from (select "D"."REPOSITORY_ID", cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET", "R"."OWNER", "R"."NAME", "R"."FIRST_COVERED_DATE", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'measured' then 1 else 0 end as "IS_MEASURED", case when d.state = 'imported' then 1 else 0 end as "IS_IMPORTED", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.traffic_date >= r.first_covered_date and d.traffic_date < ? then 1 else 0 end as "IS_COVERED", case when d.traffic_date >= r.first_covered_date and d.traffic_date >= ? then 1 else 0 end as "IS_REMEMBERED" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET" order by "G"."BUCKET" desc, "G"."OWNER", "G"."NAME" offset 0 rows fetch first 50 rows only;
select "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", count(*) as "DAYS", sum("G"."IS_MEASURED") as "MEASURED_DAYS", sum("G"."IS_IMPORTED") as "IMPORTED_DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_COVERED") as "COVERED_DAYS", sum("G"."IS_REMEMBERED") as "REMEMBERED_DAYS" from (select "D"."REPOSITORY_ID", cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET", "R"."OWNER", "R"."NAME", "R"."FIRST_COVERED_DATE", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'measured' then 1 else 0 end as "IS_MEASURED", case when d.state = 'imported' then 1 else 0 end as "IS_IMPORTED", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.traffic_date >= r.first_covered_date and d.traffic_date < ? then 1 else 0 end as "IS_COVERED", case when d.traffic_date >= r.first_covered_date and d.traffic_date >= ? then 1 else 0 end as "IS_REMEMBERED" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET" order by "G"."BUCKET" desc, "G"."OWNER", "G"."NAME" offset 0 rows fetch first 50 rows only;
select "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", count(*) as "DAYS", sum("G"."IS_MEASURED") as "MEASURED_DAYS", sum("G"."IS_IMPORTED") as "IMPORTED_DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_COVERED") as "COVERED_DAYS", sum("G"."IS_REMEMBERED") as "REMEMBERED_DAYS" from (select "D"."REPOSITORY_ID", d.traffic_date as "BUCKET", "R"."OWNER", "R"."NAME", "R"."FIRST_COVERED_DATE", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'measured' then 1 else 0 end as "IS_MEASURED", case when d.state = 'imported' then 1 else 0 end as "IS_IMPORTED", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.traffic_date >= r.first_covered_date and d.traffic_date < ? then 1 else 0 end as "IS_COVERED", case when d.traffic_date >= r.first_covered_date and d.traffic_date >= ? then 1 else 0 end as "IS_REMEMBERED" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET" order by "G"."BUCKET" desc, "G"."OWNER", "G"."NAME" offset 0 rows fetch first 50 rows only;
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? order by "R"."OWNER", "R"."NAME";
select "REPOSITORY_ID", "WEEK_START", "VIEW_UNIQUES", "CLONE_UNIQUES" from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "REPOSITORY_ID" in (?) and "WEEK_START" >= ? and "WEEK_START" <= ?;
select count(*) as "TOTAL" from (select "D"."REPOSITORY_ID", d.traffic_date as "BUCKET" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G";
select count(*) as "TOTAL" from (select distinct "D"."REPOSITORY_ID", cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G";
select count(*) as "TOTAL" from (select distinct "D"."REPOSITORY_ID", cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G";

-- size of a page
select max(length(owner) + length(name)) as "LONGEST" from "REPOSITORY" where "TENANT_ID" = ?;

-- sums of a table
select "G"."BUCKET" as "DATE", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES" from (select "D"."REPOSITORY_ID", cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."BUCKET" order by "G"."BUCKET" desc;
select "G"."BUCKET" as "DATE", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES" from (select "D"."REPOSITORY_ID", cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."BUCKET" order by "G"."BUCKET" desc;
select "G"."BUCKET" as "DATE", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES" from (select "D"."REPOSITORY_ID", d.traffic_date as "BUCKET", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."BUCKET" order by "G"."BUCKET" desc;

-- table of all days
select "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", count(*) as "DAYS", sum("G"."IS_MEASURED") as "MEASURED_DAYS", sum("G"."IS_IMPORTED") as "IMPORTED_DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_COVERED") as "COVERED_DAYS", sum("G"."IS_REMEMBERED") as "REMEMBERED_DAYS" from (select "D"."REPOSITORY_ID", cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET", "R"."OWNER", "R"."NAME", "R"."FIRST_COVERED_DATE", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'measured' then 1 else 0 end as "IS_MEASURED", case when d.state = 'imported' then 1 else 0 end as "IS_IMPORTED", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.traffic_date >= r.first_covered_date and d.traffic_date < ? then 1 else 0 end as "IS_COVERED", case when d.traffic_date >= r.first_covered_date and d.traffic_date >= ? then 1 else 0 end as "IS_REMEMBERED" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET" order by "G"."BUCKET" desc, "G"."OWNER", "G"."NAME" offset 50 rows fetch first 50 rows only;
select "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", count(*) as "DAYS", sum("G"."IS_MEASURED") as "MEASURED_DAYS", sum("G"."IS_IMPORTED") as "IMPORTED_DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_COVERED") as "COVERED_DAYS", sum("G"."IS_REMEMBERED") as "REMEMBERED_DAYS" from (select "D"."REPOSITORY_ID", cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET", "R"."OWNER", "R"."NAME", "R"."FIRST_COVERED_DATE", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'measured' then 1 else 0 end as "IS_MEASURED", case when d.state = 'imported' then 1 else 0 end as "IS_IMPORTED", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.traffic_date >= r.first_covered_date and d.traffic_date < ? then 1 else 0 end as "IS_COVERED", case when d.traffic_date >= r.first_covered_date and d.traffic_date >= ? then 1 else 0 end as "IS_REMEMBERED" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET" order by "G"."BUCKET" desc, "G"."OWNER", "G"."NAME" offset 50 rows fetch first 50 rows only;
select "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET", sum("G"."VIEW_COUNT") as "VIEW_COUNT", sum("G"."VIEW_UNIQUES") as "VIEW_UNIQUES", sum("G"."CLONE_COUNT") as "CLONE_COUNT", sum("G"."CLONE_UNIQUES") as "CLONE_UNIQUES", count(*) as "DAYS", sum("G"."IS_MEASURED") as "MEASURED_DAYS", sum("G"."IS_IMPORTED") as "IMPORTED_DAYS", sum("G"."IS_PROVISIONAL") as "PROVISIONAL_DAYS", sum("G"."IS_COVERED") as "COVERED_DAYS", sum("G"."IS_REMEMBERED") as "REMEMBERED_DAYS" from (select "D"."REPOSITORY_ID", d.traffic_date as "BUCKET", "R"."OWNER", "R"."NAME", "R"."FIRST_COVERED_DATE", "D"."VIEW_COUNT", "D"."VIEW_UNIQUES", "D"."CLONE_COUNT", "D"."CLONE_UNIQUES", case when d.state = 'measured' then 1 else 0 end as "IS_MEASURED", case when d.state = 'imported' then 1 else 0 end as "IS_IMPORTED", case when d.state = 'provisional' then 1 else 0 end as "IS_PROVISIONAL", case when d.traffic_date >= r.first_covered_date and d.traffic_date < ? then 1 else 0 end as "IS_COVERED", case when d.traffic_date >= r.first_covered_date and d.traffic_date >= ? then 1 else 0 end as "IS_REMEMBERED" from "TRAFFIC_DAY" as "D" inner join "REPOSITORY" as "R" on "R"."TENANT_ID" = "D"."TENANT_ID" and "R"."REPOSITORY_ID" = "D"."REPOSITORY_ID" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G" group by "G"."REPOSITORY_ID", "G"."OWNER", "G"."NAME", "G"."FIRST_COVERED_DATE", "G"."BUCKET" order by "G"."BUCKET" desc, "G"."OWNER", "G"."NAME" offset 50 rows fetch first 50 rows only;
select count(*) as "TOTAL" from (select "D"."REPOSITORY_ID", d.traffic_date as "BUCKET" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G";
select count(*) as "TOTAL" from (select distinct "D"."REPOSITORY_ID", cast(date_trunc('month', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G";
select count(*) as "TOTAL" from (select distinct "D"."REPOSITORY_ID", cast(date_trunc('week', cast("D"."TRAFFIC_DATE" as timestamp)) as date) as "BUCKET" from "TRAFFIC_DAY" as "D" where "D"."TENANT_ID" = ? and "D"."TRAFFIC_DATE" >= ? and "D"."TRAFFIC_DATE" <= ? and "D"."REPOSITORY_ID" in (?)) as "G";
select min("TRAFFIC_DATE") as "FIRST" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" in (?);

-- repository
select "A"."ASSET_ID", "A"."TAG", "A"."RELEASE_NAME", "A"."ASSET_NAME", "A"."PUBLISHED_AT", "A"."REMOVED_DATE", "A"."DOWNLOAD_COUNT", "G"."GAINED" from "RELEASE_ASSET" as "A" left join (select "ASSET_ID", sum("GAINED") as "GAINED" from "RELEASE_DOWNLOAD" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "SINCE_DATE" >= ? and "DOWNLOAD_DATE" <= ? group by "ASSET_ID") as "G" on "G"."ASSET_ID" = "A"."ASSET_ID" where "A"."TENANT_ID" = ? and "A"."REPOSITORY_ID" = ? order by "A"."PUBLISHED_AT" desc, "A"."TAG", "A"."ASSET_NAME", "A"."ASSET_ID" fetch first 200 rows only;
select "FACT_DATE", "STARS" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ? and "FACT_DATE" in (select max("G"."FACT_DATE") as "FACT_DATE" from (select "FACT_DATE" as "BUCKET", "FACT_DATE" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ?) as "G" group by "G"."BUCKET");
select "FACT_DATE", "STARS" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ? and "FACT_DATE" in (select max("G"."FACT_DATE") as "FACT_DATE" from (select cast(date_trunc('month', cast("FACT_DATE" as timestamp)) as date) as "BUCKET", "FACT_DATE" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ?) as "G" group by "G"."BUCKET");
select "FACT_DATE", "STARS" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ? and "FACT_DATE" in (select max("G"."FACT_DATE") as "FACT_DATE" from (select cast(date_trunc('week', cast("FACT_DATE" as timestamp)) as date) as "BUCKET", "FACT_DATE" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ?) as "G" group by "G"."BUCKET");
select "FACT_DATE", "STARS", "FORKS", "SUBSCRIBERS", "OPEN_ISSUES" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "FACT_DATE" >= ? and "FACT_DATE" <= ? order by "FACT_DATE";
select "G"."BUCKET", sum("G"."GAINED") as "GAINED" from (select "STAR_DATE" as "BUCKET", "GAINED" from "STAR_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "STAR_DATE" >= ? and "STAR_DATE" <= ?) as "G" group by "G"."BUCKET";
select "G"."BUCKET", sum("G"."GAINED") as "GAINED" from (select cast(date_trunc('month', cast("STAR_DATE" as timestamp)) as date) as "BUCKET", "GAINED" from "STAR_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "STAR_DATE" >= ? and "STAR_DATE" <= ?) as "G" group by "G"."BUCKET";
select "G"."BUCKET", sum("G"."GAINED") as "GAINED" from (select cast(date_trunc('week', cast("STAR_DATE" as timestamp)) as date) as "BUCKET", "GAINED" from "STAR_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "STAR_DATE" >= ? and "STAR_DATE" <= ?) as "G" group by "G"."BUCKET";
select "KIND", "OCCURRED_AT", "NAME_BEFORE", "NAME_AFTER" from "REPOSITORY_EVENT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "OCCURRED_AT" >= ? and "OCCURRED_AT" < ? order by "OCCURRED_AT";
select "OBSERVED_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES" from "TRAFFIC_WINDOW" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "OBSERVED_DATE" <= ? order by "OBSERVED_DATE" desc fetch first 2 rows only;
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";
select "REPOSITORY_ID", "KIND", "TRIED_AT", "READ_AT", "NEXT_PAGE", "SEEN_COUNT", "FAILURE_CODE", "FAILURE_MESSAGE" from "REPOSITORY_EXTRA" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select "RUN_DATE" as "DATE", "RUN_COUNT" as "COUNT" from "WORKFLOW_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "RUN_DATE" >= ? and "RUN_DATE" <= ?;
select "S"."PATH", "S"."TITLE", "S"."LIST_RANK" as "RANK", "S"."VIEW_COUNT", "S"."VIEW_UNIQUES", "P"."LIST_RANK" as "PREVIOUS_RANK", "N"."FIRST_SEEN", "N"."LAST_SEEN" from "PATH_SNAPSHOT" as "S" inner join (select "PATH", min("SNAPSHOT_DATE") as "FIRST_SEEN", max("SNAPSHOT_DATE") as "LAST_SEEN" from "PATH_SNAPSHOT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "SNAPSHOT_DATE" <= ? group by "PATH" having max("SNAPSHOT_DATE") >= ?) as "N" on "N"."PATH" = "S"."PATH" and "N"."LAST_SEEN" = "S"."SNAPSHOT_DATE" left join "PATH_SNAPSHOT" as "P" on "P"."TENANT_ID" = "S"."TENANT_ID" and "P"."REPOSITORY_ID" = "S"."REPOSITORY_ID" and "P"."SNAPSHOT_DATE" = ? and "P"."PATH" = "S"."PATH" where "S"."TENANT_ID" = ? and "S"."REPOSITORY_ID" = ? order by "N"."LAST_SEEN" desc, "S"."LIST_RANK" fetch first 100 rows only;
select "S"."REFERRER", "S"."LIST_RANK" as "RANK", "S"."VIEW_COUNT", "S"."VIEW_UNIQUES", "P"."LIST_RANK" as "PREVIOUS_RANK", "N"."FIRST_SEEN", "N"."LAST_SEEN" from "REFERRER_SNAPSHOT" as "S" inner join (select "REFERRER", min("SNAPSHOT_DATE") as "FIRST_SEEN", max("SNAPSHOT_DATE") as "LAST_SEEN" from "REFERRER_SNAPSHOT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "SNAPSHOT_DATE" <= ? group by "REFERRER" having max("SNAPSHOT_DATE") >= ?) as "N" on "N"."REFERRER" = "S"."REFERRER" and "N"."LAST_SEEN" = "S"."SNAPSHOT_DATE" left join "REFERRER_SNAPSHOT" as "P" on "P"."TENANT_ID" = "S"."TENANT_ID" and "P"."REPOSITORY_ID" = "S"."REPOSITORY_ID" and "P"."SNAPSHOT_DATE" = ? and "P"."REFERRER" = "S"."REFERRER" where "S"."TENANT_ID" = ? and "S"."REPOSITORY_ID" = ? order by "N"."LAST_SEEN" desc, "S"."LIST_RANK" fetch first 100 rows only;
select "SINCE_DATE", "DOWNLOAD_DATE", sum("GAINED") as "GAINED" from "RELEASE_DOWNLOAD" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "SINCE_DATE" < ? and "DOWNLOAD_DATE" >= ? group by "SINCE_DATE", "DOWNLOAD_DATE" order by "DOWNLOAD_DATE" desc;
select "TRAFFIC_DATE" as "DATE", "METRIC", "KEPT", "OBSERVED", "OBSERVED_AT" from "TRAFFIC_REVISION" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "TRAFFIC_DATE" >= ? and "TRAFFIC_DATE" <= ? order by "TRAFFIC_DATE", "METRIC", "OBSERVED_AT";
select "TRAFFIC_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "STATE", "OBSERVED_AT" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "TRAFFIC_DATE" >= ? and "TRAFFIC_DATE" <= ? order by "TRAFFIC_DATE";
select "W"."RUN_DATE" as "DATE", "D"."CLONE_COUNT" as "CLONES", "W"."RUN_COUNT" as "RUNS" from "WORKFLOW_DAY" as "W" inner join "TRAFFIC_DAY" as "D" on "D"."TENANT_ID" = "W"."TENANT_ID" and "D"."REPOSITORY_ID" = "W"."REPOSITORY_ID" and "D"."TRAFFIC_DATE" = "W"."RUN_DATE" where "W"."TENANT_ID" = ? and "W"."REPOSITORY_ID" = ? and "W"."RUN_DATE" >= ? and "W"."RUN_DATE" <= ? and "D"."STATE" in (?);
select "WEEK_START", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "OBSERVED_AT" from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "WEEK_START" >= ? and "WEEK_START" <= ? order by "WEEK_START";
select count(*) as "ASSET_COUNT", sum("DOWNLOAD_COUNT") as "DOWNLOAD_COUNT" from "RELEASE_ASSET" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select max("C"."RUN_ID") as "RUN_ID" from "COLLECTION_RUN" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" where "C"."TENANT_ID" = ? and "C"."STATE" = ? and ("C"."STARTED_AT" > ? or ("T"."LEASED_RUN_ID" = "C"."RUN_ID" and "T"."LEASED_UNTIL" > ?));
select min("FACT_DATE") as "FIRST" from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select min("STAR_DATE") as "FIRST" from "STAR_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select min(coalesce(since_date, download_date)) as "FIRST" from "RELEASE_DOWNLOAD" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select sum("GAINED") as "GAINED" from "STAR_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "STAR_DATE" < ?;

-- repository as CSV
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";
select "TRAFFIC_DATE", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "STATE", "OBSERVED_AT" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "TRAFFIC_DATE" >= ? and "TRAFFIC_DATE" <= ? order by "TRAFFIC_DATE";
select "WEEK_START", "VIEW_COUNT", "VIEW_UNIQUES", "CLONE_COUNT", "CLONE_UNIQUES", "OBSERVED_AT" from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "WEEK_START" >= ? and "WEEK_START" <= ? order by "WEEK_START";

-- runs
select "C"."TENANT_ID", "T"."NAME" as "TENANT_NAME", "C"."RUN_ID", "C"."REASON", "C"."STARTED_BY", "C"."STATE", "C"."STARTED_AT", "C"."FINISHED_AT", "C"."REPOSITORY_COUNT", "C"."FAILURE_CODE", "C"."FAILURE_MESSAGE" from "COLLECTION_RUN" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" where "C"."TENANT_ID" = ? order by "C"."RUN_ID" desc fetch first 11 rows only;
select "RUN_ID", sum(case when state = ? then 1 else 0 end) as "SUCCEEDED_COUNT", sum(case when state = ? then 1 else 0 end) as "FAILED_COUNT", sum("REQUEST_COUNT") as "REQUEST_COUNT", sum("UNCHANGED_COUNT") as "UNCHANGED_COUNT" from "RUN_REPOSITORY" where "TENANT_ID" in (?) and "RUN_ID" in (?) group by "RUN_ID";

-- runs of all tenants
select "C"."TENANT_ID", "T"."NAME" as "TENANT_NAME", "C"."RUN_ID", "C"."REASON", "C"."STARTED_BY", "C"."STATE", "C"."STARTED_AT", "C"."FINISHED_AT", "C"."REPOSITORY_COUNT", "C"."FAILURE_CODE", "C"."FAILURE_MESSAGE" from "COLLECTION_RUN" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" where "C"."RUN_ID" < ? order by "C"."RUN_ID" desc fetch first 11 rows only;
select "RUN_ID", sum(case when state = ? then 1 else 0 end) as "SUCCEEDED_COUNT", sum(case when state = ? then 1 else 0 end) as "FAILED_COUNT", sum("REQUEST_COUNT") as "REQUEST_COUNT", sum("UNCHANGED_COUNT") as "UNCHANGED_COUNT" from "RUN_REPOSITORY" where "TENANT_ID" in (?) and "RUN_ID" in (?) group by "RUN_ID";

-- run
select "C"."TENANT_ID", "T"."NAME" as "TENANT_NAME", "C"."RUN_ID", "C"."REASON", "C"."STARTED_BY", "C"."STATE", "C"."STARTED_AT", "C"."FINISHED_AT", "C"."REPOSITORY_COUNT", "C"."FAILURE_CODE", "C"."FAILURE_MESSAGE" from "COLLECTION_RUN" as "C" inner join "TENANT" as "T" on "T"."TENANT_ID" = "C"."TENANT_ID" where "C"."TENANT_ID" = ? and "C"."RUN_ID" = ?;
select "REPOSITORY_ID", "FULL_NAME", "STATE", "CODE", "MESSAGE", "DAYS_UNTIL_LOSS", "REQUEST_COUNT", "UNCHANGED_COUNT", "FINISHED_AT" from "RUN_REPOSITORY" where "TENANT_ID" = ? and "RUN_ID" = ? order by case state when 'failed' then 0 when 'waiting' then 1 else 2 end, "FULL_NAME" offset 0 rows fetch first 10 rows only;
select "RUN_ID", sum(case when state = ? then 1 else 0 end) as "SUCCEEDED_COUNT", sum(case when state = ? then 1 else 0 end) as "FAILED_COUNT", sum("REQUEST_COUNT") as "REQUEST_COUNT", sum("UNCHANGED_COUNT") as "UNCHANGED_COUNT" from "RUN_REPOSITORY" where "TENANT_ID" in (?) and "RUN_ID" in (?) group by "RUN_ID";
select count(*) as "TOTAL" from "RUN_REPOSITORY" where "TENANT_ID" = ? and "RUN_ID" = ?;

-- create a dashboard
select "DASHBOARD_ID" from final table (insert into "DASHBOARD" ("TENANT_ID", "NAME", "VERSION", "DOCUMENT", "CHANGED_AT", "CHANGED_BY") values (?, ?, ?, ?, ?, ?));

-- change a dashboard
update "DASHBOARD" set "NAME" = ?, "VERSION" = ?, "DOCUMENT" = ?, "CHANGED_AT" = ?, "CHANGED_BY" = ? where "TENANT_ID" = ? and "DASHBOARD_ID" = ? and "VERSION" = ?;

-- dashboards
select "DASHBOARD_ID", "NAME", "VERSION", "CHANGED_AT", "CHANGED_BY" from "DASHBOARD" where "TENANT_ID" = ? order by "NAME";
select "MEMBER"."ROLE" as "ROLE", "SYSTEM_ROLE"."ROLE" as "SYSTEM_ROLE" from "TENANT" left join "MEMBER" on "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER"."EMAIL" = ? left join "SYSTEM_ROLE" on "SYSTEM_ROLE"."EMAIL" = ? where "TENANT"."TENANT_ID" = ?;

-- dashboard
select "DASHBOARD_ID", "NAME", "VERSION", "DOCUMENT", "CHANGED_AT", "CHANGED_BY" from "DASHBOARD" where "TENANT_ID" = ? and "DASHBOARD_ID" = ?;
select "MEMBER"."ROLE" as "ROLE", "SYSTEM_ROLE"."ROLE" as "SYSTEM_ROLE" from "TENANT" left join "MEMBER" on "MEMBER"."TENANT_ID" = "TENANT"."TENANT_ID" and "MEMBER"."EMAIL" = ? left join "SYSTEM_ROLE" on "SYSTEM_ROLE"."EMAIL" = ? where "TENANT"."TENANT_ID" = ?;

-- delete a dashboard
delete from "DASHBOARD" where "TENANT_ID" = ? and "DASHBOARD_ID" = ?;

-- remove a repository
delete from "GITHUB_ANSWER" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "PATH_SNAPSHOT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "REFERRER_SNAPSHOT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "RELEASE_ASSET" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "RELEASE_DOWNLOAD" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "REPOSITORY_EVENT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "REPOSITORY_EXTRA" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "REPOSITORY_FACT" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "RUN_REPOSITORY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ? and "STATE" = ?;
delete from "STAR_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "TRAFFIC_REVISION" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "TRAFFIC_WEEK" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "TRAFFIC_WINDOW" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
delete from "WORKFLOW_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select "R".*, "S"."WEB_URL" as "SERVER_URL", "F"."STARS" from "REPOSITORY" as "R" inner join "TENANT" as "T" on "T"."TENANT_ID" = "R"."TENANT_ID" inner join "GITHUB_SERVER" as "S" on "S"."SERVER_ID" = "T"."SERVER_ID" left join "REPOSITORY_FACT" as "F" on "F"."TENANT_ID" = "R"."TENANT_ID" and "F"."REPOSITORY_ID" = "R"."REPOSITORY_ID" and "F"."FACT_DATE" = "R"."LAST_COVERED_DATE" where "R"."TENANT_ID" = ? and "R"."REPOSITORY_ID" in (?) order by "R"."OWNER", "R"."NAME";
select count(*) as "SNAPSHOTS" from "TRAFFIC_WINDOW" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
select count(*) as "TRAFFIC_DAYS", min("TRAFFIC_DATE") as "FIRST_DATE", max("TRAFFIC_DATE") as "LAST_DATE" from "TRAFFIC_DAY" where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;
update "REPOSITORY" set "SCHEDULE" = ? where "TENANT_ID" = ? and "REPOSITORY_ID" = ?;

-- delete a tenant
delete from "CHANNEL" where "TENANT_ID" = ?;
delete from "COLLECTION_RUN" where "TENANT_ID" = ?;
delete from "DASHBOARD" where "TENANT_ID" = ?;
delete from "GITHUB_ANSWER" where "TENANT_ID" = ?;
delete from "MEMBER" where "TENANT_ID" = ?;
delete from "MEMBER_REPOSITORY" where "TENANT_ID" = ?;
delete from "PATH_SNAPSHOT" where "TENANT_ID" = ?;
delete from "PROBLEM" where "TENANT_ID" = ?;
delete from "PROBLEM_NOTICE" where "TENANT_ID" = ?;
delete from "REFERRER_SNAPSHOT" where "TENANT_ID" = ?;
delete from "RELEASE_ASSET" where "TENANT_ID" = ?;
delete from "RELEASE_DOWNLOAD" where "TENANT_ID" = ?;
delete from "REPORT_SENDING" where "TENANT_ID" = ?;
delete from "REPOSITORY" where "TENANT_ID" = ?;
delete from "REPOSITORY_EVENT" where "TENANT_ID" = ?;
delete from "REPOSITORY_EXTRA" where "TENANT_ID" = ?;
delete from "REPOSITORY_FACT" where "TENANT_ID" = ?;
delete from "RUN_DIFFERENCE" where "TENANT_ID" = ?;
delete from "RUN_REPOSITORY" where "TENANT_ID" = ?;
delete from "STAR_DAY" where "TENANT_ID" = ?;
delete from "TENANT" where "TENANT_ID" = ?;
delete from "TENANT_INSTALLATION" where "TENANT_ID" = ?;
delete from "TRAFFIC_DAY" where "TENANT_ID" = ?;
delete from "TRAFFIC_REVISION" where "TENANT_ID" = ?;
delete from "TRAFFIC_WEEK" where "TENANT_ID" = ?;
delete from "TRAFFIC_WINDOW" where "TENANT_ID" = ?;
delete from "WORKFLOW_DAY" where "TENANT_ID" = ?;
select "NAME" from "TENANT" where "TENANT_ID" = ? for read only with rs use and keep update locks;
select "REPOSITORY_ID" from "REPOSITORY" where "TENANT_ID" = ? for read only with rs use and keep update locks;
