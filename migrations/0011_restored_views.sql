-- Rows folded beside the live ones take the place of a checkpoint that has been lost, or that a crash has set back, if they are
-- those of all views: of one alone, nobody would know how far the others have come.
drop function read_models.swap_shadow(text);
create function read_models.swap_shadow(tenant text, view_count integer) returns jsonb
language plpgsql as $$
declare
  reached bigint;
  rebuilt read_models.shadow;
  view_name text;
  live_hash text;
  shadow_hash text;
  results jsonb := '{}'::jsonb;
begin
  select position into reached from read_models.checkpoint where tenant_id = tenant for update;
  select * into rebuilt from read_models.shadow where tenant_id = tenant for update;
  if rebuilt.tenant_id is null or rebuilt.position < coalesce(reached, 0) then
    return null;
  end if;
  if rebuilt.position > coalesce(reached, 0) then
    if (select count(*) from jsonb_object_keys(rebuilt.views)) < view_count then
      raise exception 'the shadow is ahead of the log it was built from' using errcode = 'AC002';
    end if;
    if reached is null then
      insert into read_models.checkpoint (tenant_id, position) values (tenant, rebuilt.position)
      on conflict (tenant_id) do nothing;
      -- A projector has begun anew meanwhile: what it has come to is to be looked at first.
      if not found then
        return null;
      end if;
    else
      update read_models.checkpoint set position = rebuilt.position where tenant_id = tenant;
    end if;
  end if;
  for view_name in select jsonb_object_keys(rebuilt.views) loop
    execute format(
      'select md5(coalesce(string_agg(md5(key || position || data::text || search), '''' order by key), '''')) from read_models.%I where tenant_id = $1',
      view_name) into live_hash using tenant;
    select md5(coalesce(string_agg(md5(key || position || data::text || search), '' order by key), '')) into shadow_hash
    from read_models.shadow_row where tenant_id = tenant and view = view_name;
    results := results || jsonb_build_object(view_name, live_hash is distinct from shadow_hash);
    if live_hash is distinct from shadow_hash then
      execute format('delete from read_models.%I where tenant_id = $1', view_name) using tenant;
      execute format(
        'insert into read_models.%I (tenant_id, key, position, data, search) '
        'select tenant_id, key, position, data, search from read_models.shadow_row where tenant_id = $1 and view = $2',
        view_name) using tenant, view_name;
    end if;
    delete from read_models.halt where tenant_id = tenant and view = view_name;
  end loop;
  update read_models.checkpoint set versions = versions || rebuilt.views where tenant_id = tenant;
  delete from read_models.shadow_row where tenant_id = tenant;
  delete from read_models.shadow where tenant_id = tenant;
  return results;
end $$;
