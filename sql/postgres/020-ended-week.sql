-- Takes the place of ended_week_uniques, which holds 32 bits and stays behind unused: Db2 changes the type of a column, or drops
-- one, only with a reorganization of the table, which an upgrade that succeeds or fails as a whole cannot make.
alter table repository add column ended_week_viewers bigint;
update repository set ended_week_viewers = ended_week_uniques where ended_week_uniques is not null;
