/*
 * What a shell runs to complete the command. Each asks `batchmill complete -- WORDS` for the words that can stand at the cursor:
 * one per line, a tab, its description. Where it prints none, the shell completes names of files. Nothing that was typed is
 * evaluated.
 */

const bash = `_batchmill() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(batchmill complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _batchmill batchmill
`;

const zsh = `#compdef batchmill
_batchmill() {
  local line
  local -a found
  while IFS= read -r line; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(batchmill complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe batchmill found; else _files; fi
}
if [[ \${funcstack[1]} == _batchmill ]]; then _batchmill "$@"; else compdef _batchmill batchmill; fi
`;

const fish = `function __batchmill_words
  set --local found (batchmill complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if set --query found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete --command batchmill --no-files --arguments '(__batchmill_words)'
`;

export const scripts = { bash, zsh, fish };

export const shells = Object.keys(scripts) as readonly (keyof typeof scripts)[];
