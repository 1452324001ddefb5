; As in ../../../tree-sitter-hermes/queries/highlights.scm, with the names that Zed's themes know.

["target" "umask" "let" "include" "extern" "extend" "pipeline" "template" "use" "for" "in" "main" "cont-init" "stage2-hook" "raw" "exec"] @keyword
(kind) @keyword
(keyword) @keyword
(options (statement keyword: (keyword) @property))
(service name: (_) @function)
(any_service name: (_) @function)
(cont_init name: (_) @function)
(bundle name: (_) @type)
(bundle_body member: (_) @function)
(external name: (_) @function)
(pipeline name: (_) @type)
(stage member: (_) @function)
(template name: (identifier) @type)
(use template: (identifier) @type)
(parameter name: (identifier) @variable.special)
(given parameter: (identifier) @variable.special)
(constant name: (identifier) @constant)
(for variable: (identifier) @variable)
((word) @number (#match? @number "^[0-9]"))
(variable) @variable.special
(interpolation) @constant
(string) @string
(single) @string
(fence) @string
[(escape) (escaped)] @string.escape
(comment) @comment
(documentation) @comment.doc
["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" "|" "=" ":"] @punctuation.delimiter
