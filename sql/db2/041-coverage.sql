-- The same as sql/postgres/041-coverage.sql.
alter table repository add column collected_from date;
update repository set collected_from = first_covered_date;
