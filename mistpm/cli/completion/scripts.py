"""What a shell must run so that it completes mistpm's words.

Each script hands the line up to the cursor to `mistpm __complete`, which answers with one offer a line.
Where there is none the shell offers files.
"""

from __future__ import annotations

BASH = r"""
_mistpm_complete() {
    local line=${COMP_LINE:0:COMP_POINT} sign prefix= IFS=$'\n'
    local word=${line##*[[:space:]]}
    # bash replaces what stands after the last of these signs, and not the whole word
    for sign in : =; do
        if [[ $COMP_WORDBREAKS == *$sign* && $word == *$sign* ]]; then
            local before=${word%"${word##*$sign}"}
            ((${#before} > ${#prefix})) && prefix=$before
        fi
    done
    COMPREPLY=($(mistpm __complete "$line" 2>/dev/null))
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
    [[ ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
}
complete -o default -F _mistpm_complete mistpm
"""

ZSH = r"""
#compdef mistpm
_mistpm() {
    local -a found values
    found=("${(@f)$(mistpm __complete "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
    values=("${(@)found%%$'\t'*}")
    if [[ -z "${values[*]}" ]]; then
        _files
    else
        found=("${(@)found//$'\t'/  -- }")
        compadd -l -d found -a values
    fi
}
compdef _mistpm mistpm
"""

FISH = r"""
function __mistpm_offers
    set --global __mistpm_found (mistpm __complete (commandline --cut-at-cursor --current-process | string collect) 2>/dev/null)
    test (count $__mistpm_found) -gt 0
end
complete --command mistpm --no-files --condition __mistpm_offers --arguments '$__mistpm_found'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
