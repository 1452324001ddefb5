# hermesc for bash: what may come next is asked of the program.
_hermesc() {
    local line=$COMP_LINE index=0 kept='' quoted='' word reply i
    local -a words=()
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]}
        # bash breaks words at = : and @ too: what follows no blank belongs to the word before.
        if ((i == 0)) || [[ $line == [[:blank:]]* ]]; then
            line=${line#"${line%%[![:blank:]]*}"}
            words+=("")
        fi
        if ((i == COMP_CWORD)); then
            index=$((${#words[@]} - 1))
            # What stands before the cursor.
            words[index]+=${word:0:COMP_POINT + ${#line} - ${#COMP_LINE}}
        else
            words[${#words[@]} - 1]+=$word
        fi
        line=${line#"$word"}
    done
    # $2 is what bash replaces; what it keeps stands before that, and in what the program answers.
    [[ ${words[index]} == [\"\']* ]] && quoted=yes
    [[ ${words[index]} == *"$2" ]] && kept=${words[index]%"$2"}
    kept=${kept#[\"\']}
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
    for i in "${!COMPREPLY[@]}"; do
        reply=${COMPREPLY[i]#"$kept"}
        [[ -z $quoted && $reply == *[^[:alnum:]_./=:@,+~%-]* ]] && printf -v reply %q "$reply"
        COMPREPLY[i]=$reply
    done
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/:@] ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o nosort -o bashdefault -F _hermesc hermesc 2>/dev/null || complete -o bashdefault -F _hermesc hermesc
