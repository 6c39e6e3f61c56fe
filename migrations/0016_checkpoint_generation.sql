-- Rows are replaced, and views follow again, while pages folded over what was before are on their way. The checkpoint tells by its
-- generation: a page is written only where it is still the one of which the page was begun. Calls without one (0007, 0015) stay
-- for replicas of the version before.
alter table read_models.checkpoint add column generation bigint not null default 0;

-- Whether the rows of a rebuild may lack what is personal: no other one goes on with them.
alter table read_models.shadow add column without_keys boolean not null default false;

create function read_models.advance(
  tenant text, from_position bigint, from_generation bigint, to_position bigint, view_versions jsonb
) returns void language plpgsql as $$
begin
  perform 1 from read_models.checkpoint where tenant_id = tenant and generation <> from_generation for update;
  if found then
    raise exception 'views have been replaced' using errcode = 'AC001';
  end if;
  perform read_models.advance(tenant, from_position, to_position, view_versions);
end $$;

create or replace function read_models.catch_up(tenant text, view_name text, from_position bigint, to_position bigint)
returns boolean language plpgsql as $$
declare
  reached bigint;
begin
  select position into reached from read_models.checkpoint where tenant_id = tenant for update;
  update read_models.halt set position = to_position + 1
  where tenant_id = tenant and view = view_name and position = from_position + 1;
  if not found then
    raise exception 'the view has moved' using errcode = 'AC001';
  end if;
  if to_position >= reached then
    delete from read_models.halt where tenant_id = tenant and view = view_name;
    update read_models.checkpoint set generation = generation + 1 where tenant_id = tenant;
    return true;
  end if;
  return false;
end $$;

-- What replaces rows, as 0011 has it, and then raises the generation. The checkpoint is locked from the first line of it on.
alter function read_models.swap_shadow(text, integer) rename to swap_rows;
create function read_models.swap_shadow(tenant text, view_count integer) returns jsonb
language plpgsql as $$
declare
  results jsonb := read_models.swap_rows(tenant, view_count);
begin
  if results is not null then
    update read_models.checkpoint set generation = generation + 1 where tenant_id = tenant;
  end if;
  return results;
end $$;

do $do$
declare
  view_name text;
  writes text := '';
begin
  foreach view_name in array array['tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions'] loop
    writes := writes || format($write$
      if rows ? %1$L then
        insert into read_models.%1$I (tenant_id, key, position, data, search)
        select given.tenant, doc ->> 'key', (doc ->> 'position')::bigint, doc, search
        from jsonb_to_recordset(rows -> %1$L) as given (tenant text, doc jsonb, search text)
        where given.tenant = any(moved)
        on conflict (tenant_id, key) do update
        set position = excluded.position, data = excluded.data, search = excluded.search
        where excluded.position >= %1$I.position;
      end if;$write$, view_name);
  end loop;
  -- As in 0015, for checkpoints of the generations given.
  execute format($function$
    create function read_models.project_pages(
      tenants text[], from_positions bigint[], from_generations bigint[], to_positions bigint[], view_versions jsonb, rows jsonb
    ) returns text[]
    language plpgsql as $body$
    declare
      moved text[];
      begun text[];
    begin
      perform read_models.enter_all(tenants);
      perform 1 from read_models.checkpoint c where c.tenant_id = any(tenants) order by c.tenant_id for update;
      with advanced as (
        update read_models.checkpoint c set position = g.upto
        from unnest(tenants, from_positions, from_generations, to_positions) g (tenant, since, generation, upto)
        where c.tenant_id = g.tenant and c.position = g.since and c.generation = g.generation and g.since > 0
        returning c.tenant_id
      )
      select array_agg(tenant_id) into moved from advanced;
      if 0 = any(from_positions) then
        with made as (
          insert into read_models.checkpoint (tenant_id, position, versions)
          select g.tenant, g.upto, view_versions
          from unnest(tenants, from_positions, to_positions) g (tenant, since, upto)
          where g.since = 0 order by g.tenant collate "C"
          on conflict do nothing
          returning tenant_id
        )
        select array_agg(tenant_id) into begun from made;
      end if;
      moved := coalesce(moved, '{}') || coalesce(begun, '{}');
      if cardinality(moved) = 0 then
        return moved;
      end if;
      %s
      return moved;
    end $body$$function$, writes);
end $do$;
