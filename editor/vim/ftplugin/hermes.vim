" Filetype plugin for hermes, services in text (https://skarnet.org/software/s6-rc/ reads what hermesc makes of it).
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s
setlocal comments=:##,:#
setlocal formatoptions-=t formatoptions+=croql
" What `hermesc fmt` writes.
setlocal expandtab shiftwidth=4 softtabstop=4
" Names such as `init-adduser` are one word.
setlocal iskeyword+=-
" gf and [i on `include "extra.hermes"`.
setlocal include=^\\s*include\\s\\+\"
setlocal suffixesadd=.hermes
setlocal define=^\\s*\\(longrun\\\|oneshot\\\|bundle\\\|template\\\|let\\\|cont-init\\)\\>

let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< expandtab< shiftwidth< softtabstop<'
      \ . ' iskeyword< include< suffixesadd< define<'
