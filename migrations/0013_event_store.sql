-- The embedded event store: streams with the semantics of EventStoreDB, for deployments that have no server of it.
create schema if not exists event_store;

create table event_store.stream (
  name text collate "C" primary key,
  -- Revision of the next event, and of the first one that a deletion has left.
  next bigint not null,
  first bigint not null default 0,
  is_buried boolean not null default false
);

create table event_store.event (
  -- In the order of commit: whoever appends holds the lock of all appends until then.
  position bigint generated always as identity primary key,
  stream text collate "C" not null,
  revision bigint not null,
  id uuid not null,
  type text not null,
  data text not null,
  metadata text not null,
  unique (stream, revision)
);

-- Appends all events or none after the expected revision (-1: the stream has no event). The same ids sent again are answered as
-- they were the first time. `current`: revision of the last event, -1 when there is none.
create function event_store.append(
  into_stream text, expected bigint, ids uuid[], types text[], bodies text[], metadatas text[],
  out outcome text, out first_revision bigint, out current bigint)
language plpgsql as $$
declare
  found_stream event_store.stream;
  next_revision bigint;
begin
  perform pg_advisory_xact_lock(7310579);
  select * into found_stream from event_store.stream where name = into_stream for update;
  if found_stream.is_buried then
    outcome := 'streamDeleted';
    return;
  end if;
  next_revision := coalesce(found_stream.next, 0);
  current := case when next_revision = coalesce(found_stream.first, 0) then -1 else next_revision - 1 end;
  first_revision := case when expected = -1 then coalesce(found_stream.first, 0) else expected + 1 end;
  if first_revision <> next_revision then
    if (
      select count(*) from unnest(ids) with ordinality as sent (id, at)
      join event_store.event e on e.stream = into_stream and e.revision = first_revision + sent.at - 1 and e.id = sent.id
    ) = cardinality(ids) then
      outcome := 'appended';
    else
      outcome := 'wrongExpectedRevision';
    end if;
    return;
  end if;
  insert into event_store.event (stream, revision, id, type, data, metadata)
  select into_stream, next_revision + sent.at - 1, sent.id, sent.type, sent.data, sent.metadata
  from unnest(ids, types, bodies, metadatas) with ordinality as sent (id, type, data, metadata, at)
  order by sent.at;
  insert into event_store.stream (name, next) values (into_stream, next_revision + cardinality(ids))
  on conflict (name) do update set next = excluded.next;
  outcome := 'appended';
end $$;

-- Removes a stream's events; buried, its name can never be used again.
create function event_store.remove(from_stream text, expected bigint, buries boolean) returns text
language plpgsql as $$
declare
  found_stream event_store.stream;
begin
  perform pg_advisory_xact_lock(7310579);
  select * into found_stream from event_store.stream where name = from_stream for update;
  if found_stream.is_buried then
    return 'streamDeleted';
  end if;
  if expected <> coalesce(found_stream.next, 0) - 1 then
    return 'wrongExpectedRevision';
  end if;
  delete from event_store.event where stream = from_stream;
  insert into event_store.stream (name, next, first, is_buried)
  values (from_stream, coalesce(found_stream.next, 0), coalesce(found_stream.next, 0), buries)
  on conflict (name) do update set first = excluded.first, is_buried = excluded.is_buried;
  return 'deleted';
end $$;
