-- Read models: one document a row, with the columns that are filtered and sorted on generated from it, so that a row can
-- never disagree with its own columns. Timestamps are RFC 3339 text in UTC, which sorts as time.
create schema if not exists read_models;

do $$ begin
  create role acci_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  execute format('grant acci_app to %I', current_user);
end $$;
grant usage on schema read_models to acci_app;

-- `search` is lower-cased by the projection: databases differ in what lower case is.
create table read_models.checkpoint (
  tenant_id text collate "C" primary key,
  position bigint not null
);

create table read_models.tenant_details (
  tenant_id text collate "C" not null,
  key text collate "C" not null,
  position bigint not null,
  data jsonb not null,
  search text not null default '',
  name text collate "C" generated always as (data ->> 'name') stored,
  status text collate "C" generated always as (data ->> 'status') stored,
  plan text collate "C" generated always as (coalesce(data -> 'subscriptionPlan' ->> 'custom', data ->> 'subscriptionPlan')) stored,
  is_active boolean generated always as ((data ->> 'isActive')::boolean) stored,
  created_at text collate "C" generated always as (data ->> 'createdAt') stored,
  updated_at text collate "C" generated always as (data ->> 'updatedAt') stored,
  primary key (tenant_id, key)
);
create index tenant_details_created_at on read_models.tenant_details (created_at, key);
create index tenant_details_status on read_models.tenant_details (status, created_at);

create table read_models.tenant_metrics (
  tenant_id text collate "C" not null,
  key text collate "C" not null,
  position bigint not null,
  data jsonb not null,
  search text not null default '',
  subscription_status text collate "C" generated always as (data ->> 'subscriptionStatus') stored,
  primary key (tenant_id, key)
);
create index tenant_metrics_subscription_status on read_models.tenant_metrics (subscription_status);

create table read_models.user_profile (
  tenant_id text collate "C" not null,
  key text collate "C" not null,
  position bigint not null,
  data jsonb not null,
  search text not null default '',
  email text collate "C" generated always as (data ->> 'email') stored,
  display_name text collate "C" generated always as (data ->> 'displayName') stored,
  status text collate "C" generated always as (data ->> 'status') stored,
  role text collate "C" generated always as (coalesce(data -> 'role' ->> 'custom', data ->> 'role')) stored,
  is_active boolean generated always as ((data ->> 'isActive')::boolean) stored,
  created_at text collate "C" generated always as (data ->> 'createdAt') stored,
  updated_at text collate "C" generated always as (data ->> 'updatedAt') stored,
  primary key (tenant_id, key)
);
create index user_profile_created_at on read_models.user_profile (tenant_id, created_at, key);
create index user_profile_is_active on read_models.user_profile (tenant_id, is_active);

create table read_models.auth_sessions (
  tenant_id text collate "C" not null,
  key text collate "C" not null,
  position bigint not null,
  data jsonb not null,
  search text not null default '',
  user_id text collate "C" generated always as (data ->> 'userId') stored,
  is_active boolean generated always as ((data ->> 'isActive')::boolean) stored,
  primary key (tenant_id, key)
);
create index auth_sessions_user_id on read_models.auth_sessions (tenant_id, user_id, is_active);

-- The second wall between tenants: forced, so that it holds for the owner of the tables too.
do $$
declare
  view_name text;
begin
  foreach view_name in array array['checkpoint', 'tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions'] loop
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

-- Moves a tenant's checkpoint, or aborts the whole transaction when another projector has moved it first.
create function read_models.advance(tenant text, from_position bigint, to_position bigint) returns void
language plpgsql as $$
begin
  if from_position = 0 then
    insert into read_models.checkpoint (tenant_id, position) values (tenant, to_position) on conflict do nothing;
  else
    update read_models.checkpoint set position = to_position where tenant_id = tenant and position = from_position;
  end if;
  if not found then
    raise exception 'the checkpoint has moved' using errcode = 'AC001';
  end if;
end $$;
