-- The newest week that had ended when GitHub was asked for its weeks, and its unique viewers as of then: they may still grow.
alter table repository add column ended_week date;
alter table repository add column ended_week_uniques integer;
