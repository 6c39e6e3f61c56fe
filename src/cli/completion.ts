import { Argument, type Command } from 'commander'
import type { CliContext } from './context.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** A command by the words that lead to it, with what may follow. */
interface Branch {
  readonly words: readonly string[]
  readonly next: readonly string[]
}

/** `acci completion <shell>`: written out of the commands as they are, so that it cannot fall behind them. */
export function completionCommand(command: Command, root: Command, { out }: CliContext): void {
  command
    .description('write the completion for a shell: eval "$(acci completion bash)"')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => out(SCRIPTS[shell](branches(root))))
}

function branches(command: Command, words: readonly string[] = []): readonly Branch[] {
  const next = [
    ...command.commands.map((child) => child.name()),
    ...command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long])),
    '--help',
  ]
  return [{ words, next }, ...command.commands.flatMap((child) => branches(child, [...words, child.name()]))]
}

const bash = (all: readonly Branch[]): string => `_acci() {
  local words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in -*) ;; *) words="$words $word" ;; esac; done
  case "\${words# }" in
${all.map(({ words, next }) => `    "${words.join(' ')}") COMPREPLY=($(compgen -W "${next.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join('\n')}
  esac
}
complete -F _acci acci`

const SCRIPTS: Readonly<Record<Shell, (all: readonly Branch[]) => string>> = {
  bash,
  zsh: (all) => `autoload -Uz bashcompinit && bashcompinit\n${bash(all)}`,
  fish: (all) =>
    all
      .flatMap(({ words, next }) =>
        next.map((word) => {
          const condition =
            words.length === 0
              ? '__fish_use_subcommand'
              : words.map((one) => `__fish_seen_subcommand_from ${one}`).join('; and ')
          const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
          return `complete -c acci -f -n '${condition}' ${what}`
        }),
      )
      .join('\n'),
}
