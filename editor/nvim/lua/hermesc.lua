-- Starts `hermesc lsp` for *.hermes files and for s6-rc source directories. Neovim 0.7 and later.

local M = {}

local options = {
  --- How the server is started.
  cmd = { "hermesc", "lsp" },
  --- Whether the files of s6-rc source directories, such as s6-rc.d/web/run, are checked too.
  directories = true,
  --- Called as on_attach(client, bufnr), for mappings of your own.
  on_attach = nil,
  --- What the client can do; completion plugins have a function that makes it.
  capabilities = nil,
}

-- The files of definitions in source directories, as patterns of autocommands.
local DIRECTORIES = { "*/s6-rc.d/*/*", "*/user-bundles.d/*/*" }

-- Before Neovim 0.8 nothing in it remembers which client serves which folder.
local clients = {}

--- The folder that is worked in: the nearest with a hermesc.toml, or else the repository's. A file outside of both is a
--- service set by itself.
function M.root(path)
  for _, marker in ipairs({ "hermesc.toml", ".git" }) do
    local directory, previous = vim.fn.fnamemodify(path, ":p:h"), nil
    while directory ~= previous do
      if vim.loop.fs_stat(directory .. "/" .. marker) then
        return directory
      end
      directory, previous = vim.fn.fnamemodify(directory, ":h"), directory
    end
  end
  return nil
end

-- A problem's message is a sentence, and below it what helps. Behind a line there is room for the sentence; the float shows all.
local function shorten(client)
  local shown = vim.diagnostic.config().virtual_text
  if not shown then
    return
  end
  local given = type(shown) == "table" and shown or {}
  local short = vim.tbl_extend("keep", given, {
    format = function(problem)
      return (problem.message:match("^[^\n]*"))
    end,
  })
  for _, pulled in ipairs({ false, true }) do
    vim.diagnostic.config({ virtual_text = short }, vim.lsp.diagnostic.get_namespace(client.id, pulled))
  end
end

local function attached(client, bufnr)
  shorten(client)
  -- From 0.8 on these are Neovim's own defaults.
  if vim.fn.has("nvim-0.8") == 0 then
    vim.bo[bufnr].omnifunc = "v:lua.vim.lsp.omnifunc"
    vim.bo[bufnr].tagfunc = "v:lua.vim.lsp.tagfunc"
    if M.can(client, "documentRangeFormattingProvider") then
      vim.bo[bufnr].formatexpr = "v:lua.vim.lsp.formatexpr()"
    end
  end
  if options.on_attach then
    options.on_attach(client, bufnr)
  end
end

--- Whether the server has told that it can do something.
function M.can(client, capability)
  local told = client.server_capabilities or {}
  return told[capability] ~= nil and told[capability] ~= false
end

local function configuration(root)
  return {
    name = "hermesc",
    cmd = options.cmd,
    root_dir = root,
    capabilities = options.capabilities or vim.lsp.protocol.make_client_capabilities(),
    on_attach = attached,
  }
end

--- Attaches a buffer to the server of its folder, which is started where there is none.
function M.attach(bufnr)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  local path = vim.api.nvim_buf_get_name(bufnr)
  if path == "" or vim.bo[bufnr].buftype ~= "" then
    return
  end
  local root = M.root(path)
  if vim.lsp.start then
    local config = configuration(root)
    -- From 0.11 on, what is enabled for a filetype is taken off buffers of others, by its name.
    if vim.bo[bufnr].filetype ~= "hermes" then
      config.name = "hermesc-directories"
    end
    vim.lsp.start(config, { bufnr = bufnr })
    return
  end
  local key = root or ""
  local id = clients[key]
  if not (id and vim.lsp.get_client_by_id(id)) then
    local config = configuration(root)
    config.on_exit = function(ended)
      for folder, client in pairs(clients) do
        if client == ended then
          clients[folder] = nil
        end
      end
    end
    id = vim.lsp.start_client(config)
    clients[key] = id
  end
  if id then
    vim.lsp.buf_attach_client(bufnr, id)
  end
end

--- The clients of a buffer.
local function serving(bufnr)
  local get = vim.lsp.get_clients or vim.lsp.buf_get_clients
  local found = {}
  for _, client in pairs(get(vim.lsp.get_clients and { bufnr = bufnr } or bufnr)) do
    if client.name == "hermesc" then
      table.insert(found, client)
    end
  end
  return found
end

--- Applies all fixes that are sure, in all files of the service set.
function M.fix_all()
  local bufnr = vim.api.nvim_get_current_buf()
  for _, client in ipairs(serving(bufnr)) do
    local start = { line = 0, character = 0 }
    local params = {
      textDocument = vim.lsp.util.make_text_document_params(bufnr),
      range = { start = start, ["end"] = start },
      context = { diagnostics = {}, only = { "source.fixAll.hermesc" } },
    }
    local answers = vim.lsp.buf_request_sync(bufnr, "textDocument/codeAction", params, 5000) or {}
    for _, action in ipairs((answers[client.id] or {}).result or {}) do
      vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding or "utf-16")
    end
  end
end

--- Checks .hermes files, and source directories, in every buffer that is opened from now on. Takes what `options` holds.
function M.setup(given)
  options = vim.tbl_extend("force", options, given or {})
  local group = vim.api.nvim_create_augroup("hermesc", { clear = true })
  local function attach(event)
    M.attach(event.buf)
  end
  if vim.lsp.enable then
    -- What is not said here stands in lsp/hermesc.lua.
    vim.lsp.config("hermesc", { cmd = options.cmd, capabilities = options.capabilities, on_attach = attached })
    vim.lsp.enable("hermesc")
  else
    vim.api.nvim_create_autocmd("FileType", { group = group, pattern = "hermes", callback = attach })
  end
  if options.directories then
    vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
      group = group,
      pattern = DIRECTORIES,
      callback = attach,
    })
  end
  vim.api.nvim_create_user_command("HermescFixAll", M.fix_all, { desc = "Apply all fixes of hermesc that are sure" })
end

return M
