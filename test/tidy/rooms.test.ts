// Inside a package, files stand in rooms (folders), and imports between rooms go one way: rooms.json is the table. The first
// line of each room's README.md says what it holds and which rooms it may use; it is that of the table.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from './imports.ts';
import ROOMS from './rooms.json' with { type: 'json' };
import { type Finding, listed, PACKAGES, packageSources, ROOT, type Source, sourceOf } from './sources.ts';

interface Room {
  readonly holds: string;
  /** Rooms of the same package that it may import from. */
  readonly uses: readonly string[];
}

const TABLE: Readonly<Record<string, Readonly<Record<string, Room>>>> = ROOMS;
const FILES_MAX = 25;
const ROOMLESS = [
  'sealing',
  'prometheus',
  'opentelemetry',
  'redis',
  'pkcs11',
  'postgres',
  'log',
  'stores',
  'bus-amqp',
  'bus-kafka',
  'bus-nats',
  'bus-rabbitmq',
  'node-soap',
]; // a dozen files or fewer

const roomOf = (file: string): string => path.posix.dirname(file.split('/').slice(3).join('/')).replace(/^\.$/, '');

test('each import goes to its own room or to one that the table allows', () => {
  expect(listed(packageSources().flatMap(importFindings))).toEqual([]);
  const wrong = sourceOf('packages/engine/src/read/x.ts', "import { open } from '../open/open.ts';");
  expect(listed(importFindings(wrong))).toEqual([
    'packages/engine/src/read/x.ts:1: the room read may use message, policy, claims, saml, not open (test/tidy/rooms.json)',
  ]);
  expect(importFindings(sourceOf('packages/engine/src/attic/x.ts', ''))).toHaveLength(1);
});

test('the arrows between rooms go one way', () => {
  for (const [name, rooms] of Object.entries(TABLE)) expect(circle(rooms), name).toBeUndefined();
  expect(circle({ left: { holds: '', uses: ['right'] }, right: { holds: '', uses: ['left'] } })).toBe('left');
});

test('the table allows nothing that no file needs', () => {
  const sources = packageSources();
  const idle = Object.entries(TABLE).flatMap(([name, rooms]) =>
    Object.entries(rooms).flatMap(([room, { uses }]) => {
      const used = new Set(
        sources.filter((source) => source.package === name && roomOf(source.path) === room).flatMap(roomsUsedBy),
      );
      return uses.filter((use) => !used.has(use)).map((use) => `${name}: ${room} does not use ${use}`);
    }),
  );
  expect(idle).toEqual([]);
});

test('every package but a small one has rooms, and no room is a heap', () => {
  expect(Object.keys(TABLE)).toEqual(PACKAGES.filter((name) => !ROOMLESS.includes(name)));
  const counts = new Map<string, number>();
  for (const { path: file } of packageSources()) {
    const folder = path.posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  expect([...counts].filter(([, count]) => count > FILES_MAX)).toEqual([]);
});

test('the first line of a room says what it holds and what it may use', () => {
  for (const [name, rooms] of Object.entries(TABLE)) {
    for (const [room, { holds, uses }] of Object.entries(rooms)) {
      const readme = `packages/${name}/src/${room}/README.md`;
      const may = uses.length === 0 ? 'Uses no other room.' : `Uses: ${uses.join(', ')}.`;
      expect(firstLine(readme), readme).toBe(`**${room}** holds ${holds}. ${may}`);
    }
  }
});

function importFindings(source: Source): Finding[] {
  const rooms = TABLE[source.package ?? ''];
  const room = roomOf(source.path);
  if (rooms === undefined || room === '') return [];
  const own = rooms[room];
  if (own === undefined) {
    return [
      { path: source.path, line: 0, message: `${room} is no room of ${source.package}: see test/tidy/rooms.json` },
    ];
  }
  return importsOf(source).flatMap(({ specifier, line }) => {
    const target = targetRoom(source, specifier);
    if (target === undefined || target === room || own.uses.includes(target)) return [];
    const may = own.uses.length === 0 ? 'no other' : own.uses.join(', ');
    const message = `the room ${room} may use ${may}, not ${target} (test/tidy/rooms.json)`;
    return [{ path: source.path, line, message }];
  });
}

function roomsUsedBy(source: Source): string[] {
  return importsOf(source).flatMap(({ specifier }) => targetRoom(source, specifier) ?? []);
}

function targetRoom(source: Source, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return roomOf(path.posix.join(path.posix.dirname(source.path), specifier));
}

/** A room that can be come back to along the arrows. */
function circle(rooms: Readonly<Record<string, Room>>): string | undefined {
  const reaches = (from: string, goal: string, seen: ReadonlySet<string>): boolean =>
    (rooms[from]?.uses ?? []).some(
      (next) => next === goal || (!seen.has(next) && reaches(next, goal, new Set([...seen, next]))),
    );
  return Object.keys(rooms).find((room) => reaches(room, room, new Set()));
}

function firstLine(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8').split('\n')[0] ?? '';
}
