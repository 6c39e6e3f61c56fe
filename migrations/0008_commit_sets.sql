-- Commits the batches of many tenants in one statement, as sets and not batch by batch: what a commit costs hardly grows
-- with the tenants that share it. Parallel arrays, one set for each kind of row. A batch whose tenant has moved on, or has
-- a row that was presumed absent, is left out and spoils nothing of the others; returned are the tenants whose batch was committed. New tenants come first, and
-- each set in the order of tenants, so that replicas do not lock each other out.
drop function tenant_log.commit_batches(jsonb);
create function tenant_log.commit_batches(
  tenants text[], expected bigint[], positions bigint[], hashes text[], due_changed boolean[],
  event_tenants text[], event_positions bigint[], event_bodies text[],
  put_tenants text[], put_refs text[], put_versions bigint[], put_bodies text[], put_expiries bigint[],
  delete_tenants text[], delete_refs text[], absent_tenants text[], absent_refs text[]
) returns text[]
language plpgsql as $$
declare
  committed text[];
  moved text[];
  refuted text[];
begin
  if 0 = any(expected) then
    with made as (
      insert into tenant_log.tenant (tenant_id, position, hash, revision)
      select g.tenant, g.position, g.hash, 1
      from unnest(tenants, expected, positions, hashes) g (tenant, expected, position, hash)
      where g.expected = 0 order by g.tenant collate "C"
      on conflict do nothing
      returning tenant_id
    )
    select array_agg(tenant_id) into committed from made;
  end if;
  perform 1 from tenant_log.tenant t where t.tenant_id = any(tenants) order by t.tenant_id for update;
  -- Whoever presumed a row not to be there that is has decided on what is not so.
  refuted := array(
    select a.tenant from unnest(absent_tenants, absent_refs) a (tenant, ref)
    cross join lateral (select 1 from tenant_log.row r where r.tenant_id = a.tenant and r.ref = a.ref limit 1) there
  );
  with advanced as (
    update tenant_log.tenant t
    set position = g.position, hash = g.hash, revision = t.revision + 1
    from unnest(tenants, expected, positions, hashes) g (tenant, expected, position, hash)
    where t.tenant_id = g.tenant and t.revision = g.expected and g.expected > 0
      and not t.tenant_id = any(refuted)
    returning t.tenant_id
  )
  select array_agg(tenant_id) into moved from advanced;
  committed := coalesce(committed, '{}') || coalesce(moved, '{}');
  if cardinality(committed) = 0 then
    return committed;
  end if;
  insert into tenant_log.event (tenant_id, position, body)
  select e.tenant, e.position, e.body
  from unnest(event_tenants, event_positions, event_bodies) e (tenant, position, body)
  where e.tenant = any(committed);
  -- Looked up one by one: joined with as a set, refs make the planner read every row of a tenant.
  if cardinality(delete_refs) > 0 then
    delete from tenant_log.row r
    where r.ctid = any(array(
      select found.ctid from unnest(delete_tenants, delete_refs) d (tenant, ref)
      cross join lateral (
        select o.ctid from tenant_log.row o where o.tenant_id = d.tenant and o.ref = d.ref limit 1
      ) found
      where d.tenant = any(committed)
    ));
  end if;
  insert into tenant_log.row (tenant_id, ref, version, body, expires_at)
  select p.tenant, p.ref, p.version, p.body, p.expires
  from unnest(put_tenants, put_refs, put_versions, put_bodies, put_expiries) p (tenant, ref, version, body, expires)
  where p.tenant = any(committed)
  on conflict (tenant_id, ref) do update
  set version = excluded.version, body = excluded.body, expires_at = excluded.expires_at;
  if true = any(due_changed) then
    update tenant_log.tenant t
    set next_due = (
      select substr(min(r.ref), 5, 24) from tenant_log.row r
      where r.tenant_id = t.tenant_id and r.ref >= 'due/' and r.ref < 'due0'
    )
    from unnest(tenants, due_changed) g (tenant, changed)
    where t.tenant_id = g.tenant and g.changed and g.tenant = any(committed);
  end if;
  return committed;
end $$;
