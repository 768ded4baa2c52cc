#compdef dir2scim
# Completion of dir2scim for zsh: dir2scim completion zsh > "${fpath[1]}/_dir2scim"
# It asks the program itself, so that commands and options are always those of the version that is installed.
_dir2scim() {
  local -a lines found
  local line
  lines=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${lines[1]} == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    if [[ $line == *$'\t'* ]]; then
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      found+=("${line//:/\\:}")
    fi
  done
  _describe dir2scim found
}
if [[ $funcstack[1] == _dir2scim ]]; then _dir2scim "$@"; else compdef _dir2scim dir2scim; fi
