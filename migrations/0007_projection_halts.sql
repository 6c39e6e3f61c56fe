-- A view of a tenant that has met an event it cannot fold stands still there; the tenant's other views go on.
create table read_models.halt (
  tenant_id text collate "C" not null,
  view text collate "C" not null,
  -- The first event that the view has not followed: rows of the view hold all before it.
  position bigint not null,
  event_id text not null,
  event_type text not null,
  error text not null,
  attempts integer not null,
  halted_at timestamptz not null default now(),
  primary key (tenant_id, view)
);

-- Events that an operator has had a view leave out. A rebuild leaves them out again.
create table read_models.skipped_event (
  tenant_id text collate "C" not null,
  view text collate "C" not null,
  position bigint not null,
  event_id text not null,
  event_type text not null,
  error text not null,
  reason text not null,
  skipped_by text not null,
  skipped_at timestamptz not null default now(),
  primary key (tenant_id, view, position)
);

-- A rebuild under way: views of a tenant that are folded anew, beside the live ones, and how far they have come.
create table read_models.shadow (
  tenant_id text collate "C" primary key,
  -- Name and version of each view, as a JSON object: a rebuild by other code begins anew.
  views jsonb not null,
  position bigint not null default 0,
  begun_at timestamptz not null default now()
);
create table read_models.shadow_row (
  tenant_id text collate "C" not null,
  view text collate "C" not null,
  key text collate "C" not null,
  position bigint not null,
  data jsonb not null,
  search text not null default '',
  primary key (tenant_id, view, key)
);
create index shadow_row_user_id on read_models.shadow_row (tenant_id, view, (data ->> 'userId')) where data ? 'userId';

-- Which version of each view has made the tenant's rows, by the name of the view.
alter table read_models.checkpoint add column versions jsonb not null default '{}';

do $$
declare
  view_name text;
begin
  foreach view_name in array array['halt', 'skipped_event', 'shadow', 'shadow_row'] loop
    execute format('alter table read_models.%I enable row level security', view_name);
    execute format('alter table read_models.%I force row level security', view_name);
    execute format(
      'create policy tenant_wall on read_models.%I using (tenant_id = current_setting(''acci.tenant_id'', true)) '
      'with check (tenant_id = current_setting(''acci.tenant_id'', true))', view_name);
    execute format(
      'create policy platform_reads on read_models.%I for select using (current_setting(''acci.scope'', true) = ''platform'')',
      view_name);
    execute format('grant select, insert, update, delete on read_models.%I to acci_app', view_name);
  end loop;
end $$;

-- A tenant that is projected for the first time has rows of the present version of every view.
create function read_models.advance(tenant text, from_position bigint, to_position bigint, view_versions jsonb)
returns void language plpgsql as $$
begin
  if from_position = 0 then
    insert into read_models.checkpoint (tenant_id, position, versions) values (tenant, to_position, view_versions)
    on conflict do nothing;
  else
    update read_models.checkpoint set position = to_position where tenant_id = tenant and position = from_position;
  end if;
  if not found then
    raise exception 'the checkpoint has moved' using errcode = 'AC001';
  end if;
end $$;

-- Moves a halted view on to a position it has followed, or aborts when somebody else has moved it. The halt ends where the
-- tenant's checkpoint is; the checkpoint is locked, so that nothing is projected without the view meanwhile.
create function read_models.catch_up(tenant text, view_name text, from_position bigint, to_position bigint) returns boolean
language plpgsql as $$
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
    return true;
  end if;
  return false;
end $$;

-- Replaces the live rows of the rebuilt views by the shadow's, if the shadow has come as far as the tenant's checkpoint.
-- Says for each view whether anything was different; nothing (null) when the shadow has to come further first.
create function read_models.swap_shadow(tenant text) returns jsonb
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
    raise exception 'the shadow is ahead of the log it was built from' using errcode = 'AC002';
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
