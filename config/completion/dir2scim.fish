# Completion of dir2scim for fish: dir2scim completion fish > ~/.config/fish/completions/dir2scim.fish
# It asks the program itself, so that commands and options are always those of the version that is installed.
function __dir2scim_complete
    set -l typed (commandline -opc)
    set -l word (commandline -ct)
    set -l lines ($typed[1] complete -- $typed[2..-1] "$word" 2>/dev/null)
    if test "$lines[1]" = ':files'
        __fish_complete_path "$word"
        return
    end
    test (count $lines) -gt 0; and printf '%s\n' $lines
end
complete -c dir2scim -f -a '(__dir2scim_complete)'
