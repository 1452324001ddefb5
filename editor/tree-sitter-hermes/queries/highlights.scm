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

; Statements

(keyword) @keyword
(options (statement keyword: (keyword) @property))

(statement
  keyword: (keyword) @_keyword
  (word) @function
  (#any-of? @_keyword "depends-on" "in"))

((word) @number
  (#match? @number "^[0-9][0-9.]*(ms|s|m|min|h|d|B|kB|KB|k|KiB|MB|M|MiB|GB|GiB)?$"))

((word) @constant.builtin
  (#match? @constant.builtin "^(never|none|SIG[A-Z0-9+-]+)$"))

; Programs

(statement
  (word) @function.call
  .
  (fence))

(exec . (argument) @function.call)
(argument) @string
((argument) @variable.parameter
  (#match? @variable.parameter "^-"))
(variable) @variable
(interpolation) @constant

; Text

(string) @string
(single) @string
(fence) @string
[(escape) (escaped)] @string.escape

(comment) @comment
(documentation) @comment.documentation

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" "|" "=" ":"] @punctuation.delimiter
