; Where two patterns are about the same node, the later one counts.

; Statements

(keyword) @keyword

((statement
  keyword: (keyword) @keyword
  (word) @function)
  (#any-of? @keyword "depends-on" "in"))

(options (statement keyword: (keyword) @property))

((word) @number
  (#match? @number "^[0-9][0-9.]*(ms|s|m|min|h|d|B|kB|KB|k|KiB|MB|M|MiB|GB|GiB)?$"))

((word) @constant.builtin
  (#match? @constant.builtin "^(never|none|SIG[A-Z0-9+-]+)$"))

; Definitions

["target" "umask" "let" "include" "extern" "extend" "pipeline" "template" "use" "for" "in" "main" "cont-init" "stage2-hook" "raw" "exec"] @keyword

(kind) @keyword.type

(service name: (_) @function)
(any_service name: (_) @function)
(cont_init name: (_) @function)
(bundle name: (_) @module)
(bundle_body member: (_) @function)
(external name: (_) @function)
(pipeline name: (_) @module)
(stage member: (_) @function)
(template name: (identifier) @type)
(use template: (identifier) @type)
(parameter name: (identifier) @variable.parameter)
(parameter pattern: (identifier) @type.builtin)
(given parameter: (identifier) @variable.parameter)
(constant name: (identifier) @constant)
(for variable: (identifier) @variable)
(target name: (_) @module)
(target version: (_) @number)

; Programs

; `sh -e """…"""`: the interpreter stands in front of its options.
((statement
  (word) @function.call
  .
  (word)*
  .
  (fence))
  (#not-match? @function.call "^(-|[0-9]|mode$)"))

(argument) @string
((argument) @variable.parameter
  (#match? @variable.parameter "^-"))
(exec . (argument) @function.call)

; Text

(string) @string
(single) @string
(fence) @string
[(escape) (escaped)] @string.escape
(variable) @variable
(interpolation) @constant

(comment) @comment
(documentation) @comment.documentation

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" "|" "=" ":"] @punctuation.delimiter
