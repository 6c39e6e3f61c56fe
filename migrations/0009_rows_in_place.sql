-- Rows that change with every command are to change in place: an index over what changes makes each change a new entry in
-- every index of the table. A sweep reads the heads of all tenants, which it does twice a minute; commits come far more often.
drop index tenant_log.tenant_lagging;
alter table tenant_log.tenant set (fillfactor = 50);
alter table tenant_log.row set (fillfactor = 80);
alter table read_models.checkpoint set (fillfactor = 50);
alter table read_models.tenant_metrics set (fillfactor = 50);
alter table read_models.tenant_details set (fillfactor = 80);
alter table read_models.user_profile set (fillfactor = 80);
alter table read_models.auth_sessions set (fillfactor = 80);
