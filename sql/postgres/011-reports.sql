-- Which channel got the report of which week. due_at is as in problem_notice.
create table report_sending (
  tenant_id integer not null,
  channel_id integer not null,
  week_start date not null,
  attempts integer not null,
  due_at timestamp with time zone,
  sent_at timestamp with time zone,
  failure_code varchar(40),
  failure_message varchar(500),
  constraint report_sending_key primary key (tenant_id, channel_id, week_start),
  constraint report_sending_channel foreign key (tenant_id, channel_id) references channel (tenant_id, channel_id)
);
