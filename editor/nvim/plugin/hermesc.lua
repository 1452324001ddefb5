-- The filetype, its syntax and its indentation are Vim's own, in ../vim, and serve both editors.
if vim.g.loaded_hermesc then
  return
end
vim.g.loaded_hermesc = true

local here = debug.getinfo(1, "S").source:sub(2)
local vim_part = vim.fn.fnamemodify(here, ":p:h:h:h") .. "/vim"
if vim.fn.isdirectory(vim_part) == 1 then
  vim.opt.runtimepath:append(vim_part)
  vim.cmd("augroup filetypedetect | runtime! ftdetect/hermes.vim | augroup END")
end
