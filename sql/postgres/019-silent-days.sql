-- Days on which all repositories of a server fell silent together, so that their zeros are suspect. ended_at: when somebody
-- turned out to have come on that day after all; null while nobody has.
create table silent_day (
  server_id integer not null,
  traffic_date date not null,
  ended_at timestamp with time zone,
  constraint silent_day_key primary key (server_id, traffic_date),
  constraint silent_day_server foreign key (server_id) references github_server (server_id) on delete cascade
);
