((statement
  (word) @_interpreter
  .
  (word)*
  .
  (fence (fence_content) @injection.content))
  (#match? @_interpreter "(^|/)(sh|ash|dash|bash|ksh|zsh)$")
  (#set! injection.language "bash"))

((statement
  (word) @_interpreter
  .
  (word)*
  .
  (fence (fence_content) @injection.content))
  (#match? @_interpreter "(^|/)python[0-9.]*$")
  (#set! injection.language "python"))

((statement
  (word) @_interpreter
  .
  (word)*
  .
  (fence (fence_content) @injection.content))
  (#match? @_interpreter "(^|/)execlineb$")
  (#set! injection.language "execline"))
