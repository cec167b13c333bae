-- The end of the newest window that GitHub was seen to publish, for each server and visibility. stalled_at: when it was
-- noticed that GitHub publishes nothing newer; null while it does.
create table publication (
  server_id integer not null,
  visibility varchar(10) not null,
  published_through date not null,
  stalled_at timestamp with time zone,
  constraint publication_key primary key (server_id, visibility),
  constraint publication_server foreign key (server_id) references github_server (server_id) on delete cascade,
  constraint publication_visibility check (visibility in ('public', 'private', 'internal'))
);

-- old_copy_through: the end of the newest answer when that was an old copy. reads_today: successful reads since 08:00 UTC of
-- the day of last_success_at.
alter table repository add column old_copy_through date;
alter table repository add column reads_today integer default 0 not null;

-- github_stalled and all_silent are news of GitHub: nobody has to act.
alter table problem drop constraint problem_kind;
alter table problem add constraint problem_kind check (kind in ('repository_failing', 'loss_near', 'token_expires',
  'token_refused', 'not_running', 'github_stalled', 'all_silent'));
