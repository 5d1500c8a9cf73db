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

function optionsOf(command: Command) {
  return [...command.createHelp().visibleOptions(command)];
}

function namesOf(command: Command): string {
  return optionsOf(command)
    .flatMap(({ short, long }) => [short, long])
    .filter((name) => name !== undefined)
    .join(' ');
}

/** Options that take one of several words. */
function choicesOf(command: Command): readonly (readonly [option: string, words: readonly string[]])[] {
  return optionsOf(command).flatMap(({ long, argChoices }) =>
    typeof long === 'string' && argChoices !== undefined ? [[long, argChoices] as const] : [],
  );
}

/** The words after a command that has commands of its own. */
function subcommandLines(command: Command): readonly string[] {
  if (command.commands.length === 0) return [];
  const names = command.commands.map((each) => each.name()).join(' ');
  return [`      [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W '${names}' -- "$word")) && return`];
}

function bash(parley: Command): string {
  const cases = parley.commands.map((command) => {
    const choices = choicesOf(command).map(
      ([option, words]) => `        ${option}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word")); return ;;`,
    );
    return [
      `    ${command.name()})`,
      '      case "$before" in',
      ...choices,
      '      esac',
      ...subcommandLines(command),
      `      words='${namesOf(command)}' ;;`,
    ].join('\n');
  });
  const commands = parley.commands.map((command) => command.name()).join(' ');
  return `_parley() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands} ${namesOf(parley)}' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _parley parley`;
}

/** zsh runs the script for bash. */
function zsh(parley: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(parley)}`;
}

function fish(parley: Command): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = parley.commands.flatMap((command) => [
    `complete -c parley -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
    ...optionsOf(command).map(({ short, long, required, argChoices, description }) => {
      const names = [
        long === undefined || long === null ? '' : `-l ${long.slice(2)}`,
        short === undefined ? '' : `-s ${short.slice(1)}`,
      ];
      const value = argChoices === undefined ? (required ? '-r' : '') : `-x -a ${quoted(argChoices.join(' '))}`;
      const words = [...names, value, `-d ${quoted(description)}`].filter((word) => word !== '');
      return `complete -c parley -n '__fish_seen_subcommand_from ${command.name()}' ${words.join(' ')}`;
    }),
  ]);
  return lines.join('\n');
}
