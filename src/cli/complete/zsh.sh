#compdef hermesc
# hermesc for zsh: what may come next is asked of the program.
_hermesc() {
    local -a asked lines directories open others
    local line value
    asked=("${(@Q)words}")
    # A quote that is still open.
    asked[CURRENT]=${asked[CURRENT]#[\"\']}
    lines=("${(@f)$(
        _CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) @VARIABLE@=zsh @PROGRAM@ -- "${asked[@]}" 2>/dev/null
    )}")
    for line in $lines; do
        value=${line%%:*}
        case $value in
        (*/) directories+=("${value%/}${line#$value}") ;;
        (*[=@]) open+=("$line") ;;
        (*) others+=("$line") ;;
        esac
    done
    (($#directories)) && _describe -V 'directories' directories -S / -r /
    (($#open)) && _describe -V 'values' open -S ''
    (($#others)) && _describe -V 'values' others
}

if [[ $funcstack[1] == _hermesc ]]; then
    _hermesc "$@"
elif (($+functions[compdef])); then
    compdef _hermesc hermesc
else
    print -u2 'hermesc: completion needs compinit: `autoload -U compinit; compinit` comes first'
fi
