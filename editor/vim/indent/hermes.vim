" Indentation for hermes: four columns a brace, as `hermesc fmt` writes it.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetHermesIndent()
setlocal indentkeys=0},0),0],!^F,o,O
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

" Whether a line begins inside of a text over lines.
function! s:BeginsInText(line) abort
  for id in synstack(a:line, 1)
    if synIDattr(id, 'name') =~# '^hermes\%(Text\|Script\)'
      return synIDattr(synID(a:line, 1, 1), 'name') !=# 'hermesQuotes' || getline(a:line) !~# '\S.*"""'
    endif
  endfor
  return 0
endfunction

function! GetHermesIndent() abort
  let previous = prevnonblank(v:lnum - 1)
  if previous == 0
    return 0
  endif
  " Behind `sh """` the text stands one step further in, and its end too.
  if getline(previous) =~# '"""\s*$' && !s:BeginsInText(previous)
    return indent(previous) + shiftwidth()
  endif
  " The closing quotes stand as far in as the text.
  let quotes = matchstr(getline(v:lnum), '^\s*\zs"\{3,}\ze\s*$')
  if quotes !=# ''
    let opening = search('[^"[:blank:]].*' . quotes . '"\@!\s*$', 'bnW')
    if opening > 0
      return indent(opening) + shiftwidth()
    endif
  endif
  if s:BeginsInText(v:lnum)
    return -1
  endif
  let line = previous
  " After a text, the line with the statement that holds it counts.
  while line > 1 && s:BeginsInText(line)
    let line -= 1
  endwhile
  let depth = 0
  for number in range(line, previous)
    let text = getline(number)
    let column = match(text, '[][{}()]')
    while column >= 0
      if !s:IsText(number, column + 1)
        if text[column] =~# '[[{(]'
          let depth += 1
        elseif depth > 0 || column != match(text, '\S')
          let depth -= 1
        endif
      endif
      let column = match(text, '[][{}()]', column + 1)
    endwhile
  endfor
  let closes = getline(v:lnum) =~# '^\s*[]})]' ? 1 : 0
  return max([0, indent(line) + (depth - closes) * shiftwidth()])
endfunction
