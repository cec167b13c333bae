-- The first day that our own collections covered. first_covered_date may be earlier: that of an imported export.
alter table repository add column collected_from date;
update repository set collected_from = first_covered_date;
