# hermesc for bash: what may come next is asked of the program.
_hermesc() {
    local line=$COMP_LINE word reply breaks= kept= index=0 i
    local -a words=()
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]}
        # bash breaks words at = : and @ too: what follows no blank belongs to the word before.
        if ((i == 0)) || [[ $line == [[:blank:]]* ]]; then
            line=${line#"${line%%[![:blank:]]*}"}
            words+=("")
        fi
        line=${line#"$word"}
        if ((i == COMP_CWORD)); then
            # Only what stands before the cursor; of a sign that breaks words, bash says nothing.
            [[ $word == [=:@]* ]] || word=${word%"${word#*"$2"}"}
            index=$((${#words[@]} - 1))
        fi
        words[${#words[@]} - 1]+=$word
    done
    local quoted=
    [[ ${words[index]} == [\"\']* ]] && quoted=yes
    for i in "${!words[@]}"; do
        case ${words[i]} in
        \"*\" | \'*\') words[i]=${words[i]:1:${#words[i]}-2} ;;
        [\"\']*) words[i]=${words[i]:1} ;;
        *) words[i]=${words[i]//\\/} ;;
        esac
    done
    IFS=$'\v' read -r -d '' -a COMPREPLY < <(
        _CLAP_IFS=$'\v' _CLAP_COMPLETE_INDEX=$index @VARIABLE@=bash @PROGRAM@ -- "${words[@]}" 2>/dev/null
    )
    # bash puts the answer behind the last sign that breaks words.
    for i in = : @; do
        [[ $COMP_WORDBREAKS == *$i* ]] && breaks+=$i
    done
    [[ -n $breaks && -z $quoted ]] && kept=${words[index]%"${words[index]##*[$breaks]}"}
    for i in "${!COMPREPLY[@]}"; do
        reply=${COMPREPLY[i]#"$kept"}
        [[ -z $quoted && $reply == *[^[:alnum:]_./=:@,+~%-]* ]] && printf -v reply %q "$reply"
        COMPREPLY[i]=$reply
    done
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/:@] ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o nosort -o bashdefault -F _hermesc hermesc 2>/dev/null || complete -o bashdefault -F _hermesc hermesc
