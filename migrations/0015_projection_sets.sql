-- What projections of several tenants read and write in one call each, as sets: for the few events of a wake-up, a call costs
-- more than what it does. The wall stands around just the tenants of the call. The calls for one tenant (0010, 0014) stay for
-- replicas of the version before. Made anew, with all views, when a view comes or goes.
create function read_models.enter_all(tenants text[]) returns void
language plpgsql as $$
begin
  perform set_config('role', 'acci_app', true),
    set_config('acci.tenant_id', '', true),
    set_config('acci.scope', 'tenants', true),
    set_config('acci.tenants', tenants::text, true);
end $$;

do $do$
declare
  view_name text;
  reads text := '';
  writes text := '';
begin
  foreach view_name in array array['checkpoint', 'tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions'] loop
    -- In a subquery the setting is read once a statement, and not once a row.
    execute format($policy$
      create policy tenants_wall on read_models.%I
        using (tenant_id = any((select nullif(current_setting('acci.tenants', true), '')::text[])::text[]))
        with check (tenant_id = any((select nullif(current_setting('acci.tenants', true), '')::text[])::text[]))$policy$,
      view_name);
  end loop;
  foreach view_name in array array['tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions'] loop
    -- Looked up one by one: joined with as a set, keys make the planner read every row of a tenant.
    reads := reads || format($read$
      if %1$L = any(views) then
        return query select w.tenant, w.view, r.data
          from unnest(row_tenants, views, keys) w (tenant, view, key)
          cross join lateral (select o.data from read_models.%1$I o where o.tenant_id = w.tenant and o.key = w.key limit 1) r
          where w.view = %1$L;
      end if;$read$, view_name);
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
  -- The checkpoint is read first: rows that are newer than it make the commit a conflict, older ones would not. Of a user, all
  -- sessions but those asked for by their keys.
  execute format($function$
    create function read_models.load_pages(
      tenants text[], row_tenants text[], views text[], keys text[], user_tenants text[], user_ids text[]
    ) returns table (tenant text, view text, data jsonb)
    language plpgsql as $body$
    begin
      perform read_models.enter_all(tenants);
      return query select c.tenant_id, 'checkpoint'::text, to_jsonb(c.position)
        from read_models.checkpoint c where c.tenant_id = any(tenants);
      %s
      if cardinality(user_ids) > 0 then
        return query select u.tenant, 'auth_sessions'::text, s.data
          from unnest(user_tenants, user_ids) u (tenant, user_id)
          cross join lateral (
            select o.key, o.data from read_models.auth_sessions o where o.tenant_id = u.tenant and o.user_id = u.user_id
          ) s
          where not exists (
            select 1 from unnest(row_tenants, views, keys) w (tenant, view, key)
            where w.tenant = u.tenant and w.view = 'auth_sessions' and w.key = s.key
          );
      end if;
    end $body$$function$, reads);
  -- Moves the checkpoints that are where their pages begin, and writes the rows of those tenants; returns which they are. Each
  -- set is taken in the order of tenants, so that replicas do not lock each other out.
  execute format($function$
    create function read_models.project_pages(
      tenants text[], from_positions bigint[], to_positions bigint[], view_versions jsonb, rows jsonb
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
        from unnest(tenants, from_positions, to_positions) g (tenant, since, upto)
        where c.tenant_id = g.tenant and c.position = g.since and g.since > 0
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
