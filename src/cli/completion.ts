/**
 * The command `completion`: a script by which bash or zsh complete this command. It asks the
 * command itself, as it was typed, for names and options; a word that stands where a command takes
 * a file is the shell's own to complete.
 */
import process from 'node:process';

import { InputError } from '../campaign/input-error.js';
import type { Args } from './options.js';
import { print } from './output.js';
import { COMPLETE } from './parser.js';

// Which shell the answer is for, the parser reads from SHELL; what that names need not be running.
const bash = (scenarioCommands: string): string => `# bash completion of flinch. Install:
#   flinch completion bash >> ~/.bashrc
_flinch_completion() {
  local word=\${COMP_WORDS[COMP_CWORD]} path
  COMPREPLY=()
  if [[ $word == -* || $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "$(SHELL=bash ZSH_NAME= "\${COMP_WORDS[0]}" ${COMPLETE} \\
      "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2> /dev/null)" -- "$word"))
  elif [[ " ${scenarioCommands} " == *" \${COMP_WORDS[1]} "* ]]; then
    compopt -o filenames 2> /dev/null
    while IFS= read -r path; do
      [[ -d $path || $path == *.yaml || $path == *.yml ]] && COMPREPLY+=("$path")
    done < <(compgen -f -- "$word")
  fi
}
complete -o default -F _flinch_completion flinch
`;

const zsh = (scenarioCommands: string): string => `#compdef flinch
# zsh completion of flinch. Install, behind compinit:
#   flinch completion zsh >> ~/.zshrc
_flinch_completion() {
  local -a names
  if [[ $words[CURRENT] == -* || $CURRENT -eq 2 ]]; then
    names=("\${(@f)$(SHELL=zsh $words[1] ${COMPLETE} "\${(@)words[1,CURRENT]}" 2> /dev/null)}")
    _describe 'flinch' names
  elif [[ " ${scenarioCommands} " == *" $words[2] "* ]]; then
    _files -g '*.(yaml|yml)(-.)'
  else
    _files
  fi
}
compdef _flinch_completion flinch
`;

const scripts: ReadonlyMap<string, typeof bash> = new Map([
  ['bash', bash],
  ['zsh', zsh],
]);

/**
 * Runs the command.
 *
 * @param scenarioCommands  names of the commands that take a scenario file
 */
export function completionCommand(args: Args, scenarioCommands: readonly string[]): void {
  const shell = typeof args['shell'] === 'string' ? args['shell'] : shellInUse();
  const script = scripts.get(shell);
  if (script === undefined)
    throw new InputError(`${shell}: there are scripts for ${[...scripts.keys()].join(' and ')}`);
  print(script(scenarioCommands.join(' ')));
}

function shellInUse(): string {
  return (process.env['SHELL'] ?? '').endsWith('zsh') ? 'zsh' : 'bash';
}
