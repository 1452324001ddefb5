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
