[
  (body)
  (bundle_body)
  (definitions)
  (options)
  (fence)
  (list)
  (parameters)
  (arguments)
] @fold
