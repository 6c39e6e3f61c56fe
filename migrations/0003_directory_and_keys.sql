-- Container only: which tenant a name belongs to, and the keys that sign access tokens (wrapped under the master key).
create schema if not exists directory;

create table directory.name (
  kind text not null,
  key text collate "C" not null,
  tenant_id text collate "C" not null,
  region text not null,
  -- Milliseconds since the epoch until which an unconfirmed reservation holds; null once it is confirmed.
  lease_until bigint,
  primary key (kind, key)
);

create table directory.email (
  key text collate "C" not null,
  tenant_id text collate "C" not null,
  region text not null,
  primary key (key, tenant_id)
);

create schema if not exists keys;

create table keys.ring (
  id smallint primary key default 1 check (id = 1),
  revision bigint not null,
  state text not null
);

-- Development only: mails that no server was configured for.
create schema if not exists development;

create table development.mailbox (
  id bigint generated always as identity primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  sent_at text not null
);
