/** Tables, and what the server does in one step: each function may be called twice under one name, and then does nothing the second time. */

/** Makes what is not there, one node at a time: the key of the lock is a number of ours. */
export function schemaText(schema: string): string {
  return TEXT.replaceAll('$schema', schema);
}

const TEXT = `
do $do$ begin
perform pg_advisory_xact_lock(7305827, hashtext('$schema'));
create schema if not exists $schema;
create table if not exists $schema.hashes (
  key text primary key, writes text[] not null, until timestamptz not null);
create index if not exists hashes_until on $schema.hashes (until);
create table if not exists $schema.fields (
  key text not null references $schema.hashes on delete cascade, name text not null, value bytea not null, primary key (key, name));
create table if not exists $schema.entries (
  key text primary key, holder text not null, until timestamptz not null);
create index if not exists entries_until on $schema.entries (until);
create table if not exists $schema.counts (
  key text not null, minute bigint not null, slot int not null, entries bigint not null, primary key (key, minute, slot));
create index if not exists counts_minute on $schema.counts (minute);

-- 1: written, also if it was by an earlier call of that name; 0: somebody else was first.
create or replace function $schema.replace_hash(
  a_key text, a_read text, a_name text, a_keep_ms float8, a_set bool, a_names text[], a_values bytea[], a_channel text, a_message text)
returns int language plpgsql as $body$
declare had $schema.hashes; until_at timestamptz := clock_timestamp() + a_keep_ms * interval '1 millisecond';
begin
  perform pg_advisory_xact_lock(hashtextextended(a_key, 7305827));
  delete from $schema.hashes where key = a_key and until <= clock_timestamp();
  select * into had from $schema.hashes where key = a_key;
  if a_name = any(had.writes) then return 1; end if;
  if coalesce(had.writes[1], '') <> a_read then return 0; end if;
  insert into $schema.hashes values (a_key, array[a_name], until_at)
    on conflict (key) do update set writes = (a_name || had.writes)[1:8],
      until = case when a_set then until_at else greatest(had.until, until_at) end;
  for i in 1 .. coalesce(array_length(a_names, 1), 0) loop
    if length(a_values[i]) = 0 then delete from $schema.fields where key = a_key and name = a_names[i];
    else insert into $schema.fields values (a_key, a_names[i], a_values[i])
      on conflict (key, name) do update set value = excluded.value; end if;
  end loop;
  if had.key is not null and a_channel <> '' then perform pg_notify(a_channel, a_message); end if;
  return 1;
end $body$;

-- 1: removed; 0: it changed; -1: it is gone.
create or replace function $schema.remove_hash(a_key text, a_read text, a_channel text, a_message text)
returns int language plpgsql as $body$
declare had $schema.hashes;
begin
  perform pg_advisory_xact_lock(hashtextextended(a_key, 7305827));
  select * into had from $schema.hashes where key = a_key and until > clock_timestamp();
  if had.key is null then return -1; end if;
  if had.writes[1] <> a_read then return 0; end if;
  delete from $schema.hashes where key = a_key;
  if a_channel <> '' then perform pg_notify(a_channel, a_message); end if;
  return 1;
end $body$;

-- How many there are that end later than a_minute; what is over is dropped by whoever gets it.
create or replace function $schema.live(a_key text, a_minute bigint) returns bigint language plpgsql as $body$
begin
  delete from $schema.counts where (key, minute, slot) in
    (select key, minute, slot from $schema.counts where key = a_key and minute <= a_minute for update skip locked);
  return (select coalesce(sum(entries), 0) from $schema.counts where key = a_key and minute > a_minute);
end $body$;

-- {1}: the holder's; {0}: another's; {-1, all}: no room; {-2, those of the owner}: it has its share; {-3, those of its context}: that has. No context: ''.
create or replace function $schema.claim_entry(
  a_entry text, a_room text, a_owner text, a_context text, a_holder text, a_keep_ms float8, a_forget_ms float8, a_more_ms float8, a_minute bigint, a_last bigint, a_max bigint)
returns bigint[] language plpgsql as $body$
declare held text; counted text; least_until timestamptz := clock_timestamp() + a_keep_ms * interval '1 millisecond';
  kept_until timestamptz := greatest(least_until, least(to_timestamp(a_forget_ms / 1000), least_until + a_more_ms * interval '1 millisecond'));
  room_left bigint; own bigint; of_context bigint; a_slot int := pg_backend_pid() % 16;
begin
  perform pg_advisory_xact_lock(hashtextextended(a_entry, 7305828));
  select holder into held from $schema.entries where key = a_entry and until > clock_timestamp();
  if held is not null then return array[case when held = a_holder then 1 else 0 end]; end if;
  room_left := a_max - $schema.live(a_room, a_minute);
  if room_left <= 0 then return array[-1, a_max - room_left]; end if;
  own := $schema.live(a_owner, a_minute);
  if own >= 3 * room_left then return array[-2, own]; end if;
  if a_context <> '' then
    of_context := $schema.live(a_context, a_minute);
    if of_context >= 3 * (3 * room_left - own) then return array[-3, of_context]; end if;
  end if;
  insert into $schema.entries values (a_entry, a_holder, kept_until)
    on conflict (key) do update set holder = excluded.holder, until = excluded.until;
  foreach counted in array array[a_room, a_owner, a_context] loop
    continue when counted = '';
    insert into $schema.counts values (counted, a_last, a_slot, 1)
      on conflict (key, minute, slot) do update set entries = $schema.counts.entries + 1;
  end loop;
  return array[1];
end $body$;
end $do$`;
