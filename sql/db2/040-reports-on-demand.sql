-- The same as sql/postgres/040-reports-on-demand.sql.
alter table delivery drop constraint delivery_receiver_kind;
alter table delivery add constraint delivery_receiver_kind check (receiver_kind in ('channel', 'subscription', 'person'));
alter table delivery drop constraint delivery_about;
alter table delivery add constraint delivery_about check (about in ('weekly', 'monthly', 'alerts', 'demand'));
