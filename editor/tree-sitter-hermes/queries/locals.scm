(source_file) @local.scope
(template) @local.scope
(for) @local.scope

(constant name: (identifier) @local.definition.constant)
(template name: (identifier) @local.definition.type)
(parameter name: (identifier) @local.definition.parameter)
(for variable: (identifier) @local.definition.var)
(service name: (_) @local.definition.function)
(bundle name: (_) @local.definition.namespace)
(pipeline name: (_) @local.definition.namespace)

(use template: (identifier) @local.reference)
(bundle_body member: (_) @local.reference)
(stage member: (_) @local.reference)
(interpolation) @local.reference
((statement
  keyword: (keyword) @_keyword
  (word) @local.reference)
  (#any-of? @_keyword "depends-on" "in"))
