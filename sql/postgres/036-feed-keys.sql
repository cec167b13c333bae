-- Keys that read the feed of a tenant's events, and nothing else.
alter table api_key drop constraint api_key_scope;
alter table api_key add constraint api_key_scope
  check (scope in ('read', 'collect', 'import', 'manage', 'spreadsheet', 'feed'));
