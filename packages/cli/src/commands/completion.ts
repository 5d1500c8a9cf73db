import { FAULT_CODES } from '@parley/core';
import type { Command } from 'commander';
import type { Shell } from '../declarations/completion-command.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `parley completion`: a script for `shell`, made of what the commands of `parley` declare. */
export async function completion(shell: Shell, parley: Command, { stdout }: Terminal): Promise<ExitStatus> {
  await stdout.line(SCRIPTS[shell](parley));
  return ExitStatus.ok;
}

const SCRIPTS: Readonly<Record<Shell, (parley: Command) => string>> = { bash, zsh, fish };

/** Words for the arguments of commands that take more than these. */
const ARGUMENT_WORDS: Readonly<Record<string, readonly string[]>> = { explain: FAULT_CODES };

/** A command that does something, and the words that call it. */
interface Leaf {
  readonly path: readonly string[];
  readonly command: Command;
}

function leavesOf(parent: Command, path: readonly string[] = []): readonly Leaf[] {
  return parent.commands.flatMap((command) => {
    const own = [...path, command.name()];
    return command.commands.length === 0 ? [{ path: own, command }] : leavesOf(command, own);
  });
}

function groupsOf(parley: Command): readonly Command[] {
  return parley.commands.filter(({ commands }) => commands.length > 0);
}

function optionsOf(command: Command) {
  return [...command.createHelp().visibleOptions(command)];
}

function namesOf(command: Command): string {
  return optionsOf(command)
    .flatMap(({ short, long }) => [short, long])
    .filter((name) => name !== undefined)
    .join(' ');
}

/** With `help`, which commander makes itself. */
function commandNames(parent: Command): string {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .map((command) => command.name())
    .join(' ');
}

/** What `help` may be asked about. */
function helpWords(parent: Command): string {
  return parent.commands.map((command) => command.name()).join(' ');
}

/** Options that take one of several words. */
function choicesOf(command: Command): readonly (readonly [option: string, words: readonly string[]])[] {
  return optionsOf(command).flatMap(({ long, argChoices }) =>
    typeof long === 'string' && argChoices !== undefined ? [[long, argChoices] as const] : [],
  );
}

/** What may stand where no option does, beside names of files. */
function argumentWords(command: Command): readonly string[] {
  return ARGUMENT_WORDS[command.name()] ?? command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
}

function bash(parley: Command): string {
  const groups = groupsOf(parley).map(
    (group) =>
      `    ${group.name()}) [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W '${commandNames(group)} -h --help' -- "$word")) && return ;;`,
  );
  const helps = groupsOf(parley).map((group) => `    '${group.name()} help') arguments='${helpWords(group)}' ;;`);
  const cases = leavesOf(parley).map(({ path, command }) => {
    const choices = choicesOf(command).map(
      ([option, words]) => `        ${option}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word")); return ;;`,
    );
    return [
      path.length === 1 ? `    '${path[0]} '*)` : `    '${path.join(' ')}')`,
      '      case "$before" in',
      ...choices,
      '      esac',
      `      words='${namesOf(command)}' arguments='${argumentWords(command).join(' ')}' ;;`,
    ].join('\n');
  });
  return `_parley() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words arguments
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commandNames(parley)} ${namesOf(parley)}' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${groups.join('\n')}
    help) [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W '${helpWords(parley)}' -- "$word")); return ;;
  esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${[...cases, ...helps].join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) if [ -n "$arguments" ]; then COMPREPLY=($(compgen -W "$arguments" -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi ;;
  esac
}
complete -o filenames -F _parley parley`;
}

/** zsh runs the script for bash. */
function zsh(parley: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(parley)}`;
}

function fish(parley: Command): string {
  const helped = [parley, ...groupsOf(parley)].map((group) => {
    const path = group === parley ? ['help'] : [group.name(), 'help'];
    return `complete -c parley -n ${seen(path)} -f -a ${quoted(helpWords(group))}`;
  });
  const first = parley
    .createHelp()
    .visibleCommands(parley)
    .map(
      (command) =>
        `complete -c parley -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
    );
  const seconds = groupsOf(parley).map(
    (group) => `complete -c parley -n ${seen([group.name()])} -f -a ${quoted(commandNames(group))}`,
  );
  return [...first, ...seconds, ...helped, ...leavesOf(parley).flatMap(fishLeaf)].join('\n');
}

function fishLeaf({ path, command }: Leaf): readonly string[] {
  const begin = `complete -c parley -n ${seen(path)}`;
  const words = argumentWords(command);
  const options = optionsOf(command).map(({ short, long, required, argChoices, description }) => {
    const names = [
      long === undefined || long === null ? '' : `-l ${long.slice(2)}`,
      short === undefined ? '' : `-s ${short.slice(1)}`,
    ];
    const value = argChoices === undefined ? (required ? '-r' : '') : `-x -a ${quoted(argChoices.join(' '))}`;
    return [begin, ...names, value, `-d ${quoted(description)}`].filter((word) => word !== '').join(' ');
  });
  return words.length === 0 ? options : [`${begin} -f -a ${quoted(words.join(' '))}`, ...options];
}

/** The condition of fish that all words of `path` have been written. */
function seen(path: readonly string[]): string {
  return quoted(path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and '));
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
