autocmd BufRead,BufNewFile *.hermes setfiletype hermes
