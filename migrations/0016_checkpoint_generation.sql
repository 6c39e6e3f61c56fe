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

-- The pages of checkpoints that are still of the generations given, written as 0015 does. Its locks are taken here already.
create function read_models.project_pages(
  tenants text[], from_positions bigint[], from_generations bigint[], to_positions bigint[], view_versions jsonb, rows jsonb
) returns text[]
language plpgsql as $$
declare
  same text[];
  same_from bigint[];
  same_to bigint[];
begin
  perform read_models.enter_all(tenants);
  perform 1 from read_models.checkpoint c where c.tenant_id = any(tenants) order by c.tenant_id for update;
  select array_agg(g.tenant), array_agg(g.since), array_agg(g.upto) into same, same_from, same_to
  from unnest(tenants, from_positions, from_generations, to_positions) g (tenant, since, generation, upto)
  where not exists (
    select from read_models.checkpoint c where c.tenant_id = g.tenant and c.generation <> g.generation
  );
  if same is null then
    return '{}';
  end if;
  return read_models.project_pages(same, same_from, same_to, view_versions, rows);
end $$;
