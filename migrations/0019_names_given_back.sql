-- What a tenant's log says of a name may be told late, and in any order: that it was given back is kept for a while, so that
-- nobody who is later still gives it to the tenant again. The position is that of the log at which the tenant had it no more.
create table directory.given_back (
  kind text not null,
  key text collate "C" not null,
  tenant_id text collate "C" not null,
  position bigint not null,
  -- Milliseconds since the epoch.
  given_back_at bigint not null,
  primary key (kind, key, tenant_id)
);
create index given_back_at on directory.given_back (given_back_at);
