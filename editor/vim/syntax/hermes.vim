" Syntax of hermes, for Vim and Neovim.
if exists('b:current_syntax')
  finish
endif

let s:cpo = &cpo
set cpo&vim

" Scripts: what stands between the quotes is in the language of the interpreter in front of them.
let b:is_bash = 1
syntax include @hermesSh syntax/sh.vim
unlet! b:current_syntax
syntax include @hermesPython syntax/python.vim
unlet! b:current_syntax

syntax case match

" A keyword stands where a statement begins: at the start of a line, or behind `{`, `}` or `;`.
syntax match hermesDefinition nextgroup=hermesName skipwhite
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(target\|umask\|let\|include\|longrun\|oneshot\|bundle\|pipeline\)[[:alnum:]_./-]\@!/
syntax match hermesDefinition nextgroup=hermesName skipwhite
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(template\|use\|for\|main\|cont-init\|stage2-hook\)[[:alnum:]_./-]\@!/
syntax match hermesDefinition nextgroup=hermesKind skipwhite
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(extern\|extend\)[[:alnum:]_./-]\@!/
syntax match hermesKind contained nextgroup=hermesName skipwhite /\%(longrun\|oneshot\|bundle\|service\)[[:alnum:]_./-]\@!/
syntax match hermesName contained contains=hermesInterpolation
      \ /\%(\h\|\d\|{{\|[^\x00-\x7f]\)\%([[:alnum:]_.+@%~-]\|[^\x00-\x7f]\|{{\h[[:alnum:]_-]*}}\)*/
syntax match hermesStatement
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(run\|finish\|up\|down\|reload\|depends-on\|in\|timeout-up\|timeout-down\|timeout-kill\)[[:alnum:]_./-]\@!/
syntax match hermesStatement
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(timeout-finish\|notification-fd\|lock-fd\|max-death-tally\|down-signal\|reload-signal\)[[:alnum:]_./-]\@!/
syntax match hermesStatement
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(flag-essential\|flag-recommended\|flag-timeout-killpg\|flag-newpidns\)[[:alnum:]_./-]\@!/
syntax match hermesStatement
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(data\|envdir\|instance-template\|raw\|when\|stop-on\|ready\|log\|on-exit\|prepare\|cleanup\)[[:alnum:]_./-]\@!/
syntax match hermesStatement
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(control-user\|user\|env\|env-file\|cwd\|limit\|nice\|redirect\)[[:alnum:]_./-]\@!/
syntax match hermesOption
      \ /\%(\%(^\|[{};]\)\s*\)\@<=\%(keep\|rotate-at\|timestamp\|select\|deselect\|check\|interval\|check-timeout\|timeout\|tries\)[[:alnum:]_./-]\@!/

" Values.
syntax match hermesNumber /\%([[:alnum:]_./:@+%~-]\)\@1<!\d\+\%(\.\d\+\)\=\%(ms\|s\|m\|h\|d\|B\|kB\|KB\|MB\|GB\|KiB\|MiB\|GiB\)\=[[:alnum:]_./:@+%~-]\@!/
syntax match hermesSignal /\<SIG[A-Z][A-Z0-9+-]*\>/
syntax keyword hermesConstant none never
syntax match hermesPunctuation /[=|,()\[\]]/
syntax match hermesInterpolation /{{\h[[:alnum:]_-]*}}/ containedin=@hermesSh,@hermesPython

" Text. Three or more quotes end with as many.
syntax match hermesEscape contained /\\\%(x\x\{2}\|u{\x\+}\|.\)/
syntax region hermesString start=/"/ skip=/\\./ end=/"/ oneline contains=hermesEscape,hermesInterpolation
syntax region hermesText matchgroup=hermesQuotes start=/\z("\{3,}\)/ end=/\z1/ contains=hermesInterpolation
syntax region hermesScriptSh matchgroup=hermesQuotes keepend contains=@hermesSh,hermesInterpolation
      \ start=/\%(\%(^\|[[:blank:]/]\)\%(sh\|ash\|dash\|bash\|ksh\|zsh\)\%([[:blank:]]\+[-+][^[:blank:]"]*\)*[[:blank:]]\+\)\@<=\z("\{3,}\)/ end=/\z1/
syntax region hermesScriptPython matchgroup=hermesQuotes keepend contains=@hermesPython,hermesInterpolation
      \ start=/\%(\%(^\|[[:blank:]/]\)python[0-9.]*\%([[:blank:]]\+-[^[:blank:]"]*\)*[[:blank:]]\+\)\@<=\z("\{3,}\)/ end=/\z1/

" `exec` takes words as they are, up to the line's end or an unquoted `;`, `}` or `#`.
syntax region hermesExec matchgroup=hermesProgram start=/\%([{};]\|[[:blank:]]\|^\)\@1<=exec\ze[[:blank:]]/ skip=/\\$/
      \ end=/$/ end=/\ze[;}]/ end=/\%([[:blank:]]\)\@1<=\ze#/
      \ contains=hermesExecString,hermesSingle,hermesText,hermesVariable,hermesInterpolation,hermesExecEscape,hermesFlag
syntax match hermesExecEscape contained /\\./
syntax match hermesFlag contained /[[:blank:]]\@1<=--\=[[:alnum:]][[:alnum:]_-]*/
syntax region hermesExecString contained oneline start=/"/ skip=/\\./ end=/"/ contains=hermesEscape,hermesVariable,hermesInterpolation
syntax region hermesSingle contained oneline start=/'/ end=/'/
syntax match hermesVariable contained /\${[^}]*}/ contains=hermesInterpolation
syntax match hermesProgram /\%([[:blank:]]\)\@1<=\%(sh\|ash\|dash\|bash\|ksh\|zsh\|execlineb\|python[0-9.]*\|perl\|text\)\ze\%([[:blank:]]\+-[^[:blank:]"]*\)*[[:blank:]]\+"/
syntax match hermesProgram /\%([[:blank:]]\)\@1<=file\ze[[:blank:]]\+"/

" `#` begins a comment at a word's start only; `##` documents what follows.
syntax keyword hermesTodo contained TODO FIXME XXX NOTE
syntax match hermesComment /\%(^\|[[:blank:];,{}()\[\]=|"]\)\@1<=#.*$/ contains=hermesTodo,@Spell
syntax match hermesDocComment /\%(^\|[[:blank:];{}]\)\@1<=##.*$/ contains=hermesTodo,@Spell

" A text can be as long as a file, so a piece of one says nothing.
syntax sync fromstart

highlight default link hermesDefinition Keyword
highlight default link hermesKind Type
highlight default link hermesStatement Statement
highlight default link hermesOption Identifier
highlight default link hermesName Function
highlight default link hermesProgram PreProc
highlight default link hermesFlag Special
highlight default link hermesNumber Number
highlight default link hermesSignal Constant
highlight default link hermesConstant Constant
highlight default link hermesPunctuation Delimiter
highlight default link hermesInterpolation Special
highlight default link hermesVariable Identifier
highlight default link hermesEscape SpecialChar
highlight default link hermesExecEscape SpecialChar
highlight default link hermesString String
highlight default link hermesExecString String
highlight default link hermesSingle String
highlight default link hermesText String
highlight default link hermesQuotes Delimiter
highlight default link hermesComment Comment
highlight default link hermesDocComment SpecialComment
highlight default link hermesTodo Todo

let b:current_syntax = 'hermes'
let &cpo = s:cpo
unlet s:cpo
