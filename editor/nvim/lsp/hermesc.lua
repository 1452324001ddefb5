-- For `vim.lsp.enable("hermesc")`, from Neovim 0.11 on.
return {
  cmd = { "hermesc", "lsp" },
  filetypes = { "hermes" },
  root_markers = { "hermesc.toml", ".git" },
}
