-- What GitHub answered about a repository and the mark (ETag) by which it tells that nothing has changed. answer is what was
-- read from it, as JSON in the given format. token_fingerprint stands for the token that was answered and is not the token.
create table github_answer (
  tenant_id integer not null,
  repository_id integer not null,
  kind varchar(40) not null,
  token_fingerprint varchar(64) not null,
  format integer not null,
  etag varchar(200) not null,
  answer varchar(6000) not null,
  read_at timestamp with time zone not null,
  constraint github_answer_key primary key (tenant_id, repository_id, kind),
  constraint github_answer_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id)
);

-- Requests that GitHub answered with 304: they are not in request_count and cost nothing of the quota.
alter table run_repository add column unchanged_count integer default 0 not null;
