[
  (body)
  (bundle_body)
  (definitions)
  (options)
  (list)
  (parameters)
  (arguments)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

(fence) @indent.auto
(comment) @indent.ignore
