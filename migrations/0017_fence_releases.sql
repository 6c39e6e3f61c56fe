-- Fences that operators have lifted: who decided it, and why.
create table tenant_log.fence_release (
  tenant_id text collate "C" not null,
  fence_reason text not null,
  fence_position bigint not null,
  -- Position up to which the event store held the log: it goes on behind it.
  forwarded bigint not null,
  reason text not null,
  released_by text not null,
  released_at timestamptz not null default now()
);
create index fence_release_tenant on tenant_log.fence_release (tenant_id, released_at);
