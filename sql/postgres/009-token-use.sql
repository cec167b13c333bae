-- How all activations together use a GitHub token, to keep GitHub's limits: JSON, written by one at a time, obsolete after
-- an hour.
create table token_use (
  token_fingerprint varchar(64) not null,
  state varchar(8000) not null,
  used_at timestamp with time zone not null,
  constraint token_use_key primary key (token_fingerprint)
);
