(service kind: (kind) @context name: (_) @name) @item
(bundle kind: (kind) @context name: (_) @name) @item
(template "template" @context name: (identifier) @name) @item
(cont_init "cont-init" @context name: (_) @name) @item
(pipeline "pipeline" @context name: (_) @name) @item
