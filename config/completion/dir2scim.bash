# Completion of dir2scim for bash: source <(dir2scim completion bash)
# It asks the program itself, so that commands and options are always those of the version that is installed.
_dir2scim() {
  local line word=$2
  COMPREPLY=()
  [[ $word == '=' ]] && word=
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
      return
    fi
    line=${line%%$'\t'*}
    # What stands before an = is no part of the word for bash.
    [[ $COMP_WORDBREAKS == *=* ]] && line=${line#--*=}
    COMPREPLY+=("$line")
  done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _dir2scim dir2scim
