-- How far the event store has followed a tenant's log. The log itself is the outbox; this is the pointer into it.
alter table tenant_log.tenant
  add column forwarded bigint not null default 0,
  -- Last position of the batch that is being sent: until its outcome is known, the very same batch is sent again.
  add column pinned_to bigint,
  -- Why nothing more is forwarded, and the first position that the store does not hold as it is.
  add column fence_reason text,
  add column fence_position bigint;
