// Whatever is wrong with the words of a command line is refused in our words: the member, what it got, the nearest right name, and where to read on.
import { Writable } from 'node:stream';
import type { Fault } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { program } from '../../../packages/cli/src/program.ts';
import type { Terminal } from '../../../packages/cli/src/terminal/terminal.ts';
import { TextOutput } from '../../../packages/cli/src/terminal/text-output.ts';
import { usageFault } from '../../../packages/cli/src/terminal/usage-fault.ts';

type Command = ReturnType<typeof program>;
type Refused = Parameters<typeof usageFault>[0];

const nowhere = (): TextOutput => new TextOutput(new Writable({ write: (_chunk, _, done) => done() }), 'nowhere');
const TERMINAL: Terminal = {
  stdout: nowhere(),
  stderr: nowhere(),
  screen: undefined,
  columns: 80,
  stdin: (async function* () {})(),
  environment: {},
  interrupted: new AbortController().signal,
  finishesFirst: () => undefined,
  nowMs: () => 0,
};

async function refusalOf(words: readonly string[]): Promise<Fault> {
  const parley = program(TERMINAL, () => undefined);
  const refusal: unknown = await parley.parseAsync([...words], { from: 'user' }).catch((error: unknown) => error);
  if (!String((refusal as Refused | undefined)?.code).startsWith('commander.'))
    throw new Error(`not refused: ${words.join(' ')}: ${String(refusal)}`);
  return usageFault(refusal as Refused, parley, words);
}

interface Place {
  readonly words: readonly string[];
  readonly command: Command;
}

const placesOf = (command: Command, words: readonly string[] = []): readonly Place[] => [
  { words, command },
  ...command.commands.flatMap((each) => (each.name() === 'help' ? [] : placesOf(each, [...words, each.name()]))),
];
const PLACES = placesOf(program(TERMINAL, () => undefined));
const LEAVES = PLACES.filter(({ command }) => command.commands.length === 0);
const see = (words: readonly string[]): string => ['parley', ...words, '--help'].join(' ');
const named = (places: readonly Place[]): [string, Place][] => places.map((place) => [see(place.words), place]);
const argumentsOf = ({ registeredArguments }: Command): string[] => registeredArguments.map(() => 'x');
/** What must be given, but for `left`. */
const mandatory = ({ options }: Command, left?: string): string[] =>
  options.flatMap((option) => (option.mandatory && option.long !== left ? [String(option.long), 'x'] : []));

describe.each(named(PLACES))('%s', (_, { words, command }) => {
  test('a misspelt option has the nearest right one', async () => {
    for (const { long } of command.options) {
      if (long == null || long.length < 6) continue;
      const misspelt = `${long.slice(0, -2)}${long.at(-1)}${long.at(-2)}`;
      if (misspelt === long) continue;
      const { code, detail } = await refusalOf([...words, misspelt]);
      expect([code, detail['option'], detail['reason'], detail['see']]).toEqual([
        'caller.option-invalid',
        misspelt,
        'unknown',
        see(words),
      ]);
      expect(command.options.map((option) => option.long)).toContain(detail['nearest']);
    }
  });

  test('a misspelt command has the nearest right one', async () => {
    for (const sub of command.commands) {
      const { detail } = await refusalOf([...words, `${sub.name()}s`]);
      expect(detail).toMatchObject({
        reason: `there is no command ${sub.name()}s`,
        nearest: sub.name(),
        see: see(words),
      });
    }
  });
});

describe.each(named(LEAVES))('%s', (_, { words, command }) => {
  test('an argument or option that is missing is named, with what it is', async () => {
    const [first] = command.registeredArguments;
    if (first?.required === true) {
      const { detail } = await refusalOf([...words, ...mandatory(command)]);
      expect(detail['option']).toMatch(new RegExp(`^<${first.name()}(\\.\\.\\.)?>$`));
      expect(detail).toMatchObject({ reason: 'missing', wanted: first.description, see: see(words) });
    }
    for (const option of command.options.filter((each) => each.mandatory)) {
      const { detail } = await refusalOf([
        ...words,
        ...argumentsOf(command),
        ...mandatory(command, String(option.long)),
      ]);
      expect(detail).toEqual({ option: option.long, reason: 'missing', wanted: option.description, see: see(words) });
    }
  });

  test('one too many are counted', async () => {
    if (command.registeredArguments.some(({ variadic }) => variadic)) return;
    const given = [...argumentsOf(command), 'x'];
    if (command.registeredArguments.some(({ argChoices }) => argChoices !== undefined)) return;
    const { detail } = await refusalOf([...words, ...given, ...mandatory(command)]);
    expect(detail).toEqual({
      reason: 'too many arguments',
      most: given.length - 1,
      found: given.length,
      see: see(words),
    });
  });

  test('a value that is missing, is given where none is taken, or is none of those that can be', async () => {
    for (const { long, required, isBoolean, argChoices } of command.options.map((option) => ({
      long: String(option.long),
      required: option.required,
      isBoolean: option.isBoolean(),
      argChoices: option.argChoices,
    }))) {
      if (required) {
        const { detail } = await refusalOf([...words, long]);
        expect(detail).toMatchObject({ option: long, reason: 'its value is missing', see: see(words) });
      }
      if (isBoolean)
        expect((await refusalOf([...words, ...mandatory(command), `${long}=1`])).detail).toMatchObject({
          option: long,
          reason: 'takes no value',
        });
      if (argChoices === undefined) continue;
      for (const choice of argChoices) {
        const { detail } = await refusalOf([...words, long, `${choice}x`]);
        expect(detail).toMatchObject({ option: long, got: `"${choice}x"`, wanted: argChoices.join(', ') });
        if (choice.length > 2) expect(argChoices).toContain(detail['nearest']);
      }
    }
  });
});

test.each([
  [['verify', '--workers', '1e3'], { option: '--workers', got: '"1e3"', wanted: 'a whole number from 0 to 256' }],
  [['verify', '--understand', 'x'], { option: '--understand', got: '"x"' }],
  [['completion', 'fsh'], { option: '<shell>', got: '"fsh"', wanted: 'bash, zsh, fish' }],
  [[], { reason: 'name a command' }],
  [['archive'], { reason: 'name a command', see: 'parley archive --help' }],
  [['help', 'verfy'], { reason: 'there is no command verfy', nearest: 'verify' }],
] as const)('%j', async (words, detail) => {
  expect((await refusalOf(words)).detail).toMatchObject(detail);
});
