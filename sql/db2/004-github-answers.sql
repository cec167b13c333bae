-- GitHub's answers about a repository, with the ETag that lets it answer 304. answer is the part that was read, as JSON in
-- the given format. token_fingerprint identifies the token without revealing it.
create table github_answer (
  tenant_id integer not null,
  repository_id integer not null,
  kind varchar(40) not null,
  token_fingerprint varchar(64) not null,
  format integer not null,
  etag varchar(200) not null,
  answer varchar(6000 codeunits32) not null,
  read_at timestamp(3) not null,
  constraint github_answer_key primary key (tenant_id, repository_id, kind),
  constraint github_answer_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id)
) organize by row;

-- Requests that GitHub answered with 304. They cost no quota and are not in request_count.
alter table run_repository add column unchanged_count integer default 0 not null;
