[
  (body)
  (bundle_body)
  (definitions)
  (options)
  (list)
  (parameters)
  (arguments)
] @indent

["}" "]" ")"] @outdent
