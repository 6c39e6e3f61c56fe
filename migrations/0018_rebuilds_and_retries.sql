-- A database that has crashed may come back with a checkpoint that lies behind what somebody has read of it. A view that follows
-- again must not be ahead of the checkpoint, for it would be given the same events once more. Nor may it have followed an event
-- that it is to leave out by now, or left out another one: whoever moves it looks again. The call without the last parameter
-- (0016) stays for replicas of the version before.
create function read_models.catch_up(
  tenant text, view_name text, from_position bigint, to_position bigint, left_out boolean
) returns boolean
language plpgsql as $$
declare
  reached bigint;
begin
  select position into reached from read_models.checkpoint where tenant_id = tenant for update;
  -- Whoever has it leave out the event waits for this, and finds it elsewhere.
  perform 1 from read_models.halt where tenant_id = tenant and view = view_name for update;
  if reached is null or to_position > reached or left_out <> exists (
    select from read_models.skipped_event
    where tenant_id = tenant and view = view_name and position = from_position + 1
  ) then
    raise exception 'the view is to follow otherwise' using errcode = 'AC001';
  end if;
  return read_models.catch_up(tenant, view_name, from_position, to_position);
end $$;

-- What these views (the names are the object's) of a tenant leave out, as [view, position], in one order.
create function read_models.skips_of(tenant text, views jsonb) returns jsonb
language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_array(view, position) order by view collate "C", position), '[]')
  from read_models.skipped_event where tenant_id = tenant and views ? view
$$;

-- What the rows of a rebuild leave out: rows that leave out something else are no longer what is to be swapped in, by replicas of
-- the version before either, which go on with a rebuild that was begun without them. Unknown of what those have begun.
alter table read_models.shadow add column skipped jsonb;

alter function read_models.swap_shadow(text, integer) rename to swap_generation;
create function read_models.swap_shadow(tenant text, view_count integer) returns jsonb
language plpgsql as $$
begin
  perform 1 from read_models.checkpoint where tenant_id = tenant for update;
  -- Whoever has a view skip an event waits for its halt, and finds it ended.
  perform 1 from read_models.halt where tenant_id = tenant order by view for update;
  if exists (
    select from read_models.shadow where tenant_id = tenant and skipped <> read_models.skips_of(tenant, views)
  ) then
    raise exception 'views leave out other events than the shadow' using errcode = 'AC003';
  end if;
  return read_models.swap_generation(tenant, view_count);
end $$;

-- As 0016 has it, but the checkpoint is locked before its generation is looked at: one that was being raised just then was seen
-- as it had been.
create or replace function read_models.advance(
  tenant text, from_position bigint, from_generation bigint, to_position bigint, view_versions jsonb
) returns void language plpgsql as $$
declare
  present bigint;
begin
  select generation into present from read_models.checkpoint where tenant_id = tenant for update;
  if present <> from_generation then
    raise exception 'views have been replaced' using errcode = 'AC001';
  end if;
  perform read_models.advance(tenant, from_position, to_position, view_versions);
end $$;
