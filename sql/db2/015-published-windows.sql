-- Since 2026 GitHub's answer names each day of a window. published_through is the end of the repository's newest window, null
-- if its newest answer named only days with traffic. forgotten_before is the start of the newest window seen for it, or for
-- others of its visibility on its server.
alter table repository add column published_through date;
alter table repository add column forgotten_before date;

-- cut: GitHub showed only a part of the day and has forgotten it. suspect: everything fell silent at once.
alter table traffic_day drop constraint traffic_day_state;
alter table traffic_day add constraint traffic_day_state
  check (state in ('measured', 'zero', 'provisional', 'cut', 'suspect', 'imported'));
