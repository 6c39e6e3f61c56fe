-- As before, but what is deleted is looked up ref by ref: joined with, the refs made the planner read every row of a tenant.
create or replace function tenant_log.commit_batches(batches jsonb) returns jsonb
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
    where r.tenant_id = this_tenant and r.ref = any(array(select jsonb_array_elements_text(batch -> 'deletes')));
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
