-- The tenant writer of the container: log, writer's rows and head of every tenant. Texts are stored as they were hashed.
create schema if not exists tenant_log;

create table tenant_log.tenant (
  tenant_id text collate "C" primary key,
  position bigint not null,
  hash text not null,
  -- Counts commits: two replicas that write to one tenant notice each other by it.
  revision bigint not null,
  projected bigint not null default 0,
  next_due text collate "C"
);
create index tenant_lagging on tenant_log.tenant (tenant_id) where projected < position;
create index tenant_next_due on tenant_log.tenant (next_due) where next_due is not null;

create table tenant_log.event (
  tenant_id text collate "C" not null,
  position bigint not null,
  body text not null,
  primary key (tenant_id, position)
);

create table tenant_log.row (
  tenant_id text collate "C" not null,
  ref text collate "C" not null,
  version bigint not null,
  body text not null,
  expires_at bigint,
  primary key (tenant_id, ref)
);
create index row_expires_at on tenant_log.row (expires_at) where expires_at is not null;

-- Commits the batches of many tenants in one statement. A batch whose tenant has moved on is left out and reported, and
-- spoils nothing of the others. Tenants are taken in one order everywhere, so that replicas do not lock each other out.
create function tenant_log.commit_batches(batches jsonb) returns jsonb
language plpgsql as $$
declare
  batch jsonb;
  this_tenant text;
  expected bigint;
  results jsonb := '{}'::jsonb;
begin
  for batch in select value from jsonb_array_elements(batches) order by value ->> 'tenantId' collate "C" loop
    this_tenant := batch ->> 'tenantId';
    expected := (batch ->> 'expected')::bigint;
    if expected = 0 then
      insert into tenant_log.tenant (tenant_id, position, hash, revision)
      values (this_tenant, (batch ->> 'position')::bigint, batch ->> 'hash', 1)
      on conflict do nothing;
    else
      update tenant_log.tenant
      set position = (batch ->> 'position')::bigint, hash = batch ->> 'hash', revision = revision + 1
      where tenant_id = this_tenant and revision = expected;
    end if;
    if not found then
      results := results || jsonb_build_object(this_tenant, 'conflict');
      continue;
    end if;
    insert into tenant_log.event (tenant_id, position, body)
    select this_tenant, (e ->> 'position')::bigint, e ->> 'text' from jsonb_array_elements(batch -> 'events') e;
    delete from tenant_log.row r
    using jsonb_array_elements_text(batch -> 'deletes') d
    where r.tenant_id = this_tenant and r.ref = d;
    insert into tenant_log.row (tenant_id, ref, version, body, expires_at)
    select this_tenant, p ->> 'ref', (p ->> 'version')::bigint, p ->> 'body', (p ->> 'expiresAt')::bigint
    from jsonb_array_elements(batch -> 'puts') p
    on conflict (tenant_id, ref) do update
    set version = excluded.version, body = excluded.body, expires_at = excluded.expires_at;
    if (batch ->> 'dueChanged')::boolean then
      update tenant_log.tenant
      set next_due = (
        select substr(min(r.ref), 5, 24) from tenant_log.row r
        where r.tenant_id = this_tenant and r.ref >= 'due/' and r.ref < 'due0'
      )
      where tenant_id = this_tenant;
    end if;
    results := results || jsonb_build_object(this_tenant, 'committed');
  end loop;
  return results;
end $$;
