// Every command refuses options that it has not, with the nearest that it has, and values outside of their sets.
import { expect, test } from 'vitest';
import { program } from '../../packages/cli/src/program.ts';
import { processTerminal } from '../../packages/cli/src/terminal/terminal.ts';

type Command = ReturnType<typeof program>;
type Option = Command['options'][number];

const terminal = processTerminal(new AbortController().signal, () => undefined);
const made = (): Command => program(terminal, () => undefined);

interface Place {
  readonly words: readonly string[];
  readonly command: Command;
}

function placesIn(command: Command, words: readonly string[]): readonly Place[] {
  return [{ words, command }, ...command.commands.flatMap((inner) => placesIn(inner, [...words, inner.name()]))];
}

const PLACES = placesIn(made(), []).filter(({ words: [first] }) => first !== undefined && first !== 'help');

const OPTIONS: readonly (readonly [string, Place, Option])[] = PLACES.flatMap((place) =>
  place.command.options.flatMap((option) =>
    option.long === undefined || option.long === null
      ? []
      : [[`${place.words.join(' ')} ${option.long}`, place, option] as const],
  ),
);

async function refusalOf(words: readonly string[]): Promise<unknown> {
  return await made()
    .parseAsync(words, { from: 'user' })
    .then(
      () => 'taken',
      (error: unknown) => error,
    );
}

test.each(OPTIONS)('%s, misspelt, is refused with its name', async (_, { words, command }, { long }) => {
  const name = long ?? '';
  const misspelt = `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`;
  if (misspelt === name || command.options.some((other) => other.long === misspelt)) return;
  const wanted = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ long: given }) => [String(given), 'x']);
  const refusal = await refusalOf([...words, ...wanted, misspelt]);
  expect(refusal).toMatchObject({ code: expect.stringMatching(/^commander\./) });
  expect(String(refusal)).toContain(`unknown option '${misspelt}'`);
  expect(String(refusal)).toContain(name);
});

const CLOSED = OPTIONS.filter(([, , { argChoices }]) => argChoices !== undefined);

test.each(CLOSED)('%s takes what it names, and nothing else', async (_, { words }, { long, argChoices = [] }) => {
  const refusal = await refusalOf([...words, String(long), 'such-a-thing']);
  expect(refusal).toMatchObject({ code: expect.stringMatching(/^commander\./) });
  for (const choice of argChoices) expect(String(refusal)).toContain(choice);
});

test('there are options to be tried', () => {
  expect(OPTIONS.length).toBeGreaterThan(40);
  expect(CLOSED.length).toBeGreaterThan(3);
});
