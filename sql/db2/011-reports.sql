-- The same table as sql/postgres/011-reports.sql.
create table report_sending (
  tenant_id integer not null,
  channel_id integer not null,
  week_start date not null,
  attempts integer not null,
  due_at timestamp(3),
  sent_at timestamp(3),
  failure_code varchar(40),
  failure_message varchar(500 codeunits32),
  constraint report_sending_key primary key (tenant_id, channel_id, week_start),
  constraint report_sending_channel foreign key (tenant_id, channel_id) references channel (tenant_id, channel_id)
) organize by row;
