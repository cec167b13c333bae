-- Reports that somebody sends now, to a channel or to their own address. delivery_key is who, and the client's key; receiver_id is 0 for a person.
alter table delivery drop constraint delivery_receiver_kind;
alter table delivery add constraint delivery_receiver_kind check (receiver_kind in ('channel', 'subscription', 'person'));
alter table delivery drop constraint delivery_about;
alter table delivery add constraint delivery_about check (about in ('weekly', 'monthly', 'alerts', 'demand'));
