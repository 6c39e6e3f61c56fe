-- How far a tenant's events have been published to others. The log itself is the outbox; this is the pointer into it.
alter table tenant_log.tenant add column published bigint not null default 0;
