" Indentation for hermes: four columns a brace, as `hermesc fmt` writes it.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetHermesIndent()
setlocal indentkeys=0},0),0],!^F,o,O,0=\"\"\"
setlocal nosmartindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< smartindent<'

if exists('*GetHermesIndent')
  finish
endif

" Whether a place holds text, where braces mean nothing.
function! s:IsText(line, column) abort
  for id in synstack(a:line, a:column)
    if synIDattr(id, 'name') =~# '^hermes\%(Comment\|String\|Text\|Script\|Single\|Variable\|Interpolation\)'
      return 1
    endif
  endfor
  return 0
endfunction

" Whether a line begins inside of a text over lines, the one with its closing quotes too.
function! s:BeginsInText(line) abort
  for id in synstack(a:line, 1)
    if synIDattr(id, 'name') =~# '^hermes\%(Text\|Script\|Quotes\)'
      return 1
    endif
  endfor
  return 0
endfunction

" The line of the bracket that is open in front of a place; 0 where none is.
function! s:Opening(line, column) abort
  let place = getcurpos()
  call cursor(a:line, a:column)
  let found = searchpairpos('[[({]', '', '[])}]', 'bnW', 's:IsText(line("."), col("."))')
  call setpos('.', place)
  return found
endfunction

" Whether a statement goes on in the next line: behind `\`, and behind `,` or `|` where no bracket says so.
function! s:GoesOn(line) abort
  let end = match(getline(a:line), '\S\s*$')
  while end >= 0 && synIDattr(synID(a:line, end + 1, 1), 'name') =~# '^hermes\%(Comment\|DocComment\|Todo\)'
    let end = match(strpart(getline(a:line), 0, end), '\S\s*$')
  endwhile
  let last = end < 0 ? '' : getline(a:line)[end]
  if last ==# '\'
    return !s:IsText(a:line, end + 1)
  endif
  if last !~# '[,|]' || synIDattr(get(synstack(a:line, end + 1), 0, 0), 'name') ==# 'hermesExec' || s:IsText(a:line, end + 1)
    return 0
  endif
  let [line, column] = s:Opening(a:line, end + 1)
  return line == 0 || getline(line)[column - 1] ==# '{' && getline(line) !~# '^\s*\%(extend\s\+\)\=bundle\>'
endfunction

function! GetHermesIndent() abort
  let previous = prevnonblank(v:lnum - 1)
  if previous == 0
    return 0
  endif
  " Blanks of a text are part of it and stay. What is just being typed begins one step further in than its statement, and so
  " do the closing quotes.
  if s:BeginsInText(v:lnum)
    let opening = v:lnum - 1
    while opening > 1 && s:BeginsInText(opening)
      let opening -= 1
    endwhile
    let quotes = matchstr(getline(opening), '"\{3,}\ze\s*$')
    let begins = getline(v:lnum) !~# '\S' && opening == previous
    let ends = mode() ==# 'i' && matchstr(getline(v:lnum), '^\s*\zs"\{3,}\s*$') ==# quotes
    return quotes !=# '' && (begins || ends) ? indent(opening) + shiftwidth() : -1
  endif
  if s:GoesOn(previous)
    let first = previous
    while first > 1 && s:GoesOn(first - 1)
      let first -= 1
    endwhile
    return indent(first) + shiftwidth()
  endif
  let [line, column] = s:Opening(v:lnum, 1)
  let closes = getline(v:lnum) =~# '^\s*[]})]'
  return line == 0 ? 0 : indent(line) + (closes ? 0 : shiftwidth())
endfunction
