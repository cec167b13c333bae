-- The newest ended week when GitHub was last asked for weeks, and its unique viewers as of then, which may still grow.
alter table repository add column ended_week date;
alter table repository add column ended_week_uniques integer;
