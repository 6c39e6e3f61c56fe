-- What a projection reads and writes in one call each, behind the wall of the tenant: for the few events of a wake-up the
-- statements of a transaction cost more than what they do. Made anew, with all views, when a view comes or goes.
create function read_models.enter(tenant text) returns void
language plpgsql as $$
begin
  perform set_config('role', 'acci_app', true),
    set_config('acci.tenant_id', tenant, true),
    set_config('acci.scope', 'tenant', true);
end $$;

do $do$
declare
  view_name text;
  reads text := '';
  writes text := '';
begin
  foreach view_name in array array['tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions'] loop
    reads := reads || format($read$
      if wanted ? %1$L then
        return query select %1$L::text, r.data from read_models.%1$I r
          where r.tenant_id = tenant
            and r.key = any(array(select jsonb_array_elements_text(wanted -> %1$L -> 'keys')));
      end if;$read$, view_name);
    writes := writes || format($write$
      if rows ? %1$L then
        insert into read_models.%1$I (tenant_id, key, position, data, search)
        select tenant, doc ->> 'key', (doc ->> 'position')::bigint, doc, search
        from jsonb_to_recordset(rows -> %1$L) as given (doc jsonb, search text)
        on conflict (tenant_id, key) do update
        set position = excluded.position, data = excluded.data, search = excluded.search
        where excluded.position >= %1$I.position;
      end if;$write$, view_name);
  end loop;
  -- Of a user, all sessions.
  reads := reads || $read$
      if wanted -> 'auth_sessions' ? 'userIds' then
        return query select 'auth_sessions'::text, r.data from read_models.auth_sessions r
          where r.tenant_id = tenant
            and r.user_id = any(array(select jsonb_array_elements_text(wanted -> 'auth_sessions' -> 'userIds')))
            and not r.key = any(array(select jsonb_array_elements_text(wanted -> 'auth_sessions' -> 'keys')));
      end if;$read$;
  execute format($function$
    create function read_models.load_rows(tenant text, wanted jsonb) returns table (view text, data jsonb)
    language plpgsql as $body$
    begin
      perform read_models.enter(tenant);
      %s
    end $body$$function$, reads);
  execute format($function$
    create function read_models.project(tenant text, from_position bigint, to_position bigint, versions jsonb, rows jsonb)
    returns void language plpgsql as $body$
    begin
      perform read_models.enter(tenant);
      perform read_models.advance(tenant, from_position, to_position, versions);
      %s
    end $body$$function$, writes);
end $do$;
