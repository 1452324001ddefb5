//! The real Neovim, with the plugin in `editor/nvim` and the real server: what a user sees, does and gets. And the real Vim,
//! with `editor/vim`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than all of it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Two files with four mistakes; the second one is laid out as nobody would.
const MAIN: &str = r#"include "more/extra.hermes"

## Answers.
longrun web {
    depnds-on db
    run exec web -p 80
    timeout-kill 5
    finish sh """
        if true; then
            echo "over"
        fi
        """
}
bundle user { wbe }
"#;
const EXTRA: &str = "longrun db {\n  run exec db\n}\n";

/// What is done in Neovim. `Test.result` goes back as JSON.
const STEPS: &str = r#"
local result = {}
local function write()
  vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RESULT)
end
local function text(bufnr)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, true), "\n") .. "\n"
end
local function problems(bufnr)
  local found = {}
  for _, problem in ipairs(vim.diagnostic.get(bufnr)) do
    table.insert(found, {
      line = problem.lnum + 1,
      severity = problem.severity,
      message = problem.message:match("^[^\n]*"),
      source = problem.source,
    })
  end
  table.sort(found, function(a, b) return a.line < b.line end)
  return found
end
local function await(what, condition)
  if not vim.wait(30000, condition, 20) then
    error("waited in vain for " .. what)
  end
end
local function client_of(bufnr)
  local all = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = bufnr }) or vim.lsp.buf_get_clients(bufnr)
  for _, client in pairs(all) do
    return client
  end
end
local function style(line, column)
  return vim.fn.synIDattr(vim.fn.synID(line, column, 1), "name")
end

local steps = {}

function steps.shown()
  local main = vim.api.nvim_get_current_buf()
  result.filetype = vim.bo.filetype
  result.commentstring = vim.bo.commentstring
  result.styles = { style(1, 1), style(3, 1), style(4, 1), style(4, 9), style(6, 5), style(6, 9), style(9, 9) }
  await("problems", function() return #vim.diagnostic.get(main) > 0 end)
  result.problems = problems(main)
  local namespace = vim.lsp.diagnostic.get_namespace(client_of(main).id)
  local shown = vim.diagnostic.config(nil, namespace) or {}
  result.beside = type(shown.virtual_text) == "table" and shown.virtual_text.format({ message = "one\ntwo" }) or nil
end

function steps.one_fix()
  local main = vim.api.nvim_get_current_buf()
  vim.ui.select = function(items, options, choose)
    for at, item in ipairs(items) do
      local label = options.format_item and options.format_item(item) or item
      if label:find("write `depends-on`", 1, true) then
        result.chosen = label
        choose(item, at)
        return
      end
    end
    result.chosen = "nothing of " .. #items
    choose(nil, nil)
  end
  vim.api.nvim_win_set_cursor(0, { 5, 5 })
  vim.lsp.buf.code_action()
  await("the fix", function() return text(main):find("depends-on db", 1, true) ~= nil end)
  result.one_fix = text(main)
end

function steps.all_fixes()
  local main = vim.api.nvim_get_current_buf()
  vim.api.nvim_win_set_cursor(0, { 7, 18 })
  vim.api.nvim_set_current_line("    timeout-kill 5s")
  vim.cmd("HermescFixAll")
  result.all_fixes = text(main)
  await("no more problems", function() return #vim.diagnostic.get(main) == 0 end)
end

function steps.rename()
  local main = vim.api.nvim_get_current_buf()
  vim.api.nvim_win_set_cursor(0, { 5, 15 })
  vim.lsp.buf.rename("database")
  await("the new name", function() return text(main):find("database", 1, true) ~= nil end)
  local extra = vim.fn.bufnr("extra.hermes")
  result.renamed = { text(main), extra > 0 and text(extra) or "not there" }
  await("no problems", function() return #vim.diagnostic.get(main) == 0 end)
  vim.cmd("silent wall")
end

function steps.format()
  vim.cmd("edit more/extra.hermes")
  local extra = vim.api.nvim_get_current_buf()
  await("a server", function() return client_of(extra) ~= nil end)
  result.formats = require("hermesc").can(client_of(extra), "documentFormattingProvider")
  if result.formats then
    if vim.lsp.buf.format then
      vim.lsp.buf.format({ timeout_ms = 30000 })
    else
      vim.lsp.buf.formatting_sync(nil, 30000)
    end
  end
  result.formatted = text(extra)
end

function steps.indent()
  vim.cmd("enew")
  vim.bo.filetype = "hermes"
  vim.api.nvim_buf_set_lines(0, 0, -1, true, {
    "longrun a {", "run exec printf '{' # {", 'env A = "}"', 'finish sh """', "if x", '"""',
    "log to x {", "keep 3", "}", "}", "use t(", '"v"', ")", "bundle user {", "a", "}", "longrun b { run exec b }", "let a = 1",
  })
  vim.cmd("syntax sync fromstart")
  vim.cmd("normal! gg=G")
  result.indented = text(0)
  vim.cmd("%delete _")
  for at, line in ipairs({ "oneshot a {", 'up sh """', "if x", "    y", '"""', "}", "let b = 1" }) do
    -- Colours, on which indentation looks, follow what is shown.
    vim.cmd("redraw | normal! " .. (at == 1 and "i" or "o") .. line)
  end
  result.typed = text(0)
  vim.cmd("bwipeout!")
end

function steps.directories()
  vim.cmd("edit tree/s6-rc.d/old/up")
  local up = vim.api.nvim_get_current_buf()
  await("problems of a source directory", function() return #vim.diagnostic.get(up) > 0 end)
  result.directory = problems(up)
end

for _, name in ipairs({ "shown", "one_fix", "all_fixes", "rename", "format", "indent", "directories" }) do
  local fine, why = pcall(steps[name])
  if not fine then
    result.failed = name .. ": " .. tostring(why)
    break
  end
end
write()
vim.cmd("qall!")
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file below a directory, with the directories above it.
fn put(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
    fs::write(path, text).expect("a file");
}

/// Runs an editor to its end, and kills it where it does not come to one.
fn run(mut command: Command) -> String {
    let output = tempfile::NamedTempFile::new().expect("a file");
    let handle = || Stdio::from(output.reopen().expect("the file"));
    let mut child = command.stdin(Stdio::null()).stdout(handle()).stderr(handle()).spawn().expect("it starts");
    let begin = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        if begin.elapsed() > PATIENCE {
            child.kill().expect("a signal");
            child.wait().expect("an end");
            panic!("{command:?} did not end: {}", fs::read_to_string(output.path()).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::read_to_string(output.path()).unwrap_or_default()
}

fn neovim(directory: &Path) -> Value {
    let plugin = root().join("editor/nvim");
    let server = env!("CARGO_BIN_EXE_hermesc");
    let init = format!(
        "vim.opt.runtimepath:append({:?})\nrequire('hermesc').setup({{ cmd = {{ {server:?}, 'lsp' }} }})\nvim.opt.hidden = true\n",
        plugin.display().to_string()
    );
    put(directory, "init.lua", &init);
    put(directory, "steps.lua", STEPS);
    let result: PathBuf = directory.join("result.json");
    let mut command = Command::new("nvim");
    command.current_dir(directory.join("work")).env("RESULT", &result).env("HOME", directory);
    for variable in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        command.env(variable, directory.join("home"));
    }
    command.args(["--headless", "-n", "-i", "NONE", "-u", "../init.lua", "main.hermes", "-c", "luafile ../steps.lua"]);
    let said = run(command);
    let text = fs::read_to_string(result).unwrap_or_else(|_| panic!("Neovim wrote no result: {said}"));
    let result: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(result["failed"], Value::Null, "{result:#}\n{said}");
    result
}

#[test]
fn neovim_shows_mends_renames_and_formats() {
    if Command::new("nvim").arg("--version").output().is_err() {
        eprintln!("nvim is not installed: what is tested with it was not run");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    // Neovim names files by their real paths.
    let directory = directory.path().canonicalize().expect("a path");
    put(&directory, "work/hermesc.toml", "");
    put(&directory, "work/main.hermes", MAIN);
    put(&directory, "work/more/extra.hermes", EXTRA);
    put(&directory, "work/tree/s6-rc.d/old/type", "oneshot\n");
    put(&directory, "work/tree/s6-rc.d/old/up", "#!/bin/sh\nset -e\n[ -d /data ] && ls \"\n");
    let result = neovim(&directory);

    assert_eq!(result["filetype"], "hermes");
    assert_eq!(result["commentstring"], "# %s");
    let styles = ["Definition", "DocComment", "Definition", "Name", "Statement", "Program"];
    for (at, style) in styles.iter().enumerate() {
        assert_eq!(result["styles"][at], format!("hermes{style}"), "{}", result["styles"]);
    }
    assert!(result["styles"][6].as_str().is_some_and(|style| style.starts_with("sh")), "{}", result["styles"]);
    let problem = |line: u64, severity: u64, message: &str| json!({ "line": line, "severity": severity, "message": message, "source": "hermesc" });
    let expected = json!([
        problem(4, 2, "nothing starts `web`"),
        problem(5, 1, "`depnds-on` is not a statement"),
        problem(7, 1, "`5` has no unit"),
        problem(14, 1, "`wbe` is not defined"),
    ]);
    assert_eq!(result["problems"], expected);
    // From 0.11 on, messages beside the lines are shown where the user wants them only.
    assert!(result["beside"] == "one" || result["beside"].is_null(), "{}", result["beside"]);

    let fixed = MAIN.replace("depnds-on", "depends-on");
    assert_eq!(result["one_fix"], fixed);
    let fixed = fixed.replace("kill 5", "kill 5s").replace("wbe", "web");
    assert_eq!(result["all_fixes"], fixed);
    let renamed = [fixed.replace("on db", "on database"), EXTRA.replace("longrun db", "longrun database")];
    assert_eq!(result["renamed"], json!(renamed));

    assert_eq!(result["formats"], true);
    let [_, extra] = renamed;
    assert_eq!(result["formatted"], extra.replace("  run", "    run"));
    let indented = concat!(
        "longrun a {\n    run exec printf '{' # {\n    env A = \"}\"\n    finish sh \"\"\"\nif x\n\"\"\"\n",
        "    log to x {\n        keep 3\n    }\n}\nuse t(\n    \"v\"\n)\nbundle user {\n    a\n}\n",
        "longrun b { run exec b }\nlet a = 1\n",
    );
    assert_eq!(result["indented"], indented);
    assert_eq!(
        result["typed"],
        "oneshot a {\n    up sh \"\"\"\n        if x\n            y\n        \"\"\"\n}\nlet b = 1\n"
    );
    let wrong = result["directory"].as_array().expect("a list");
    assert!(wrong.iter().any(|problem| problem["severity"] == 1), "{wrong:?}");
}

/// What is done in Vim: every text, laid out by `hermesc fmt`, is indented anew from its first column, but for what stands in texts.
const VIM: &str = r#"
filetype plugin indent on
syntax on
let result = []
for path in glob('texts/*.hermes', 1, 1)
  execute 'edit' path
  let before = getline(1, '$')
  for number in reverse(range(1, line('$')))
    let in_text = !empty(filter(synstack(number, 1), 'synIDattr(v:val, "name") =~# "Text\\|Script\\|Quotes"'))
    if !in_text
      call setline(number, substitute(getline(number), '^ *', '', ''))
    endif
  endfor
  syntax sync fromstart
  silent normal! gg=G
  for number in range(len(before))
    if before[number] !=# getline(number + 1)
      call add(result, path . ':' . (number + 1) . ': ' . before[number] . ' => ' . getline(number + 1))
    endif
  endfor
  call add(result, 'read ' . path)
  edit!
endfor
call writefile(result, 'result')
qall!
"#;

#[test]
fn vim_indents_as_the_formatter_does() {
    // A small Vim has no scripts.
    let version = Command::new("vim").arg("--version").output();
    if !version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("+syntax")) {
        eprintln!("vim with its scripts is not installed: what is tested with it was not run");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    put(directory.path(), "steps.vim", VIM);
    let mut texts = crate::parser::examples();
    let formatted = root().join("tests/golden/format/input.formatted.hermes");
    texts.push(fs::read_to_string(formatted).expect("a text"));
    for (number, text) in texts.iter().enumerate() {
        put(directory.path(), &format!("texts/{number}.hermes"), text);
    }
    let mut command = Command::new("vim");
    command.current_dir(directory.path()).env("HOME", directory.path());
    command.args(["-N", "-n", "-e", "-s", "-i", "NONE", "-u", "NONE", "--cmd"]);
    command.arg(format!("set runtimepath^={}", root().join("editor/vim").display())).args(["-S", "steps.vim"]);
    let said = run(command);
    let result = fs::read_to_string(directory.path().join("result")).unwrap_or(said);
    let (read, changed): (Vec<&str>, Vec<&str>) = result.lines().partition(|line| line.starts_with("read "));
    assert_eq!(changed, Vec::<&str>::new());
    assert_eq!(read.len(), texts.len());
}
