-- A role belongs to the account (issuer, subject) that first signed in with the address it was given to; null until then.
alter table member add column issuer varchar(300);
alter table member add column subject varchar(255);
alter table member add column claimed_at timestamp(3);
create index member_subject on member (subject);
alter table system_role add column issuer varchar(300);
alter table system_role add column subject varchar(255);
alter table system_role add column claimed_at timestamp(3);

-- Ask for everybody's address again: until now, some were taken for others that look the same.
delete from principal;

-- Access tokens of the account that were issued until then are refused.
alter table principal add column signed_out_at timestamp(3);

-- Access tokens that were signed out, until they would have expired. token_id is a digest.
create table revoked_token (
  token_id varchar(64) not null,
  expires_at timestamp(3) not null,
  constraint revoked_token_key primary key (token_id)
) organize by row;
