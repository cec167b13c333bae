-- How a GitHub token is used now by all that are at work with it, so that together they keep GitHub's limits: as JSON, which
-- is written by one at a time and means nothing after an hour.
create table token_use (
  token_fingerprint varchar(64) not null,
  state varchar(8000) not null,
  used_at timestamp(3) not null,
  constraint token_use_key primary key (token_fingerprint)
) organize by row;
