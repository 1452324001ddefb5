/**
 * The hermes language. What is said in `grammar/hermes.pest` is the language; this grammar reads every text that is
 * accepted there, and is content with some that are not.
 */

/// <reference types="tree-sitter-cli/dsl" />

// Bare words: letters, digits, the signs `_-./:@+%~^!?*&<>$#`, and all that is not ASCII. None begins with `#`.
const SIGNS = "a-zA-Z0-9_./:@+%~^!?*&<>$\\u{80}-\\u{10FFFF}-";
const INTERPOLATION = /\{\{[A-Za-z_][A-Za-z0-9_-]*\}\}/;

const commas = ($, rule) => seq(rule, repeat(seq(",", repeat($._newline), rule)));
const group = ($, open, rule, close) =>
  seq(open, repeat($._newline), optional(seq(commas($, rule), optional(","), repeat($._newline))), close);

module.exports = grammar({
  name: "hermes",

  externals: ($) => [$._fence_start, $.fence_content, $._fence_end],

  extras: ($) => [/[ \t\r]/, /\\\r?\n/, $.comment, $.documentation],

  word: ($) => $._bare,

  inline: ($) => [$._text],

  rules: {
    // What ends with its line is followed by a line's end; what ends with a brace needs none.
    source_file: ($) => seq(repeat($._step), optional($._line)),
    _step: ($) => choice($._separator, $._block, seq($._line, $._separator)),

    _newline: (_) => "\n",
    _separator: ($) => choice($._newline, ";"),
    comment: (_) => token(prec(-1, /#[^\n]*/)),
    documentation: (_) => token(/##[^\n]*/),

    // --- Definitions --------------------------------------------------------------------------------------------------

    _line: ($) =>
      choice($.target, $.umask, $.constant, $.include, $.external, $.pipeline, $.use, $.raw_file),
    _block: ($) =>
      choice($.service, $.bundle, $.extension, $.template, $.for, $.main, $.cont_init, $.stage2_hook),

    target: ($) => prec.right(seq("target", field("name", $._text), optional(field("version", $._text)))),
    umask: ($) => seq("umask", field("mask", $._text)),
    constant: ($) => seq("let", field("name", $.identifier), "=", field("value", $._value)),
    include: ($) => seq("include", field("path", $._text)),
    external: ($) => seq("extern", field("kind", $.kind), commas($, field("name", $._text))),

    service: ($) =>
      seq(field("kind", alias(choice("longrun", "oneshot"), $.kind)), field("name", $._text), repeat($._newline), $.body),

    bundle: ($) => seq(field("kind", alias("bundle", $.kind)), field("name", $._text), repeat($._newline), $.bundle_body),
    bundle_body: ($) =>
      seq(
        "{",
        repeat(choice($._separator, ",", field("member", $._text), seq($.bundle_statement, $._separator))),
        optional($.bundle_statement),
        "}",
      ),
    bundle_statement: ($) =>
      prec.right(
        seq(
          field("keyword", alias(choice("flag-essential", "flag-recommended", "raw"), $.keyword)),
          repeat($._argument),
          optional($.exec),
        ),
      ),

    extension: ($) => seq("extend", choice($.service, $.bundle, $.any_service)),
    any_service: ($) =>
      seq(field("kind", alias("service", $.kind)), field("name", $._text), repeat($._newline), $.body),
    kind: (_) => choice("longrun", "oneshot", "bundle", "service"),

    pipeline: ($) =>
      prec.right(
        seq(
          "pipeline",
          optional(seq(field("name", $._text), "=")),
          $.stage,
          repeat1(seq("|", repeat($._newline), $.stage)),
        ),
      ),
    stage: ($) => commas($, field("member", $._text)),

    template: ($) =>
      seq("template", field("name", $.identifier), $.parameters, repeat($._newline), $.definitions),
    parameters: ($) => group($, "(", $.parameter, ")"),
    parameter: ($) =>
      seq(
        field("name", $.identifier),
        optional(seq(":", field("pattern", $.identifier))),
        optional(seq("=", field("default", $._value))),
      ),
    use: ($) => seq("use", field("template", $.identifier), $.arguments),
    arguments: ($) => group($, "(", $.given, ")"),
    given: ($) => seq(optional(seq(field("parameter", alias($._bare, $.identifier)), "=")), field("value", $._value)),
    for: ($) =>
      seq(
        "for",
        field("variable", $.identifier),
        "in",
        field("values", $._value),
        repeat($._newline),
        $.definitions,
      ),
    definitions: ($) => seq("{", repeat($._step), optional($._line), "}"),

    main: ($) => seq("main", repeat($._newline), $.body),
    cont_init: ($) => seq("cont-init", field("name", $._text), repeat($._newline), $.body),
    stage2_hook: ($) => seq("stage2-hook", repeat($._newline), $.body),
    raw_file: ($) => prec.right(seq("raw", repeat($._argument), optional($.exec))),

    // --- Statements ---------------------------------------------------------------------------------------------------

    body: ($) => seq("{", repeat(seq(optional($.statement), $._separator)), optional($.statement), "}"),

    statement: ($) =>
      prec.right(
        seq(
          field("keyword", alias($.identifier, $.keyword)),
          repeat($._argument),
          optional(choice($.exec, field("options", alias($.body, $.options)))),
        ),
      ),

    _argument: ($) => choice($._value, prec.right(seq(",", repeat($._newline))), "=", "|", "(", ")"),

    _value: ($) => choice($._text, $.list),
    list: ($) => group($, "[", $._value, "]"),

    identifier: (_) => /[A-Za-z_][A-Za-z0-9_-]*/,

    // --- Text ---------------------------------------------------------------------------------------------------------

    _text: ($) => choice($.word, $.string, $.fence),

    word: ($) =>
      prec.right(
        seq(
          choice($._bare, $.interpolation),
          repeat(choice($._more, alias($._more_interpolation, $.interpolation))),
        ),
      ),
    _bare: (_) => new RustRegex(`[${SIGNS}][${SIGNS}#]*`),
    _more: (_) => token.immediate(prec(1, new RustRegex(`[${SIGNS}#]+`))),
    interpolation: (_) => token(INTERPOLATION),
    _more_interpolation: (_) => token.immediate(INTERPOLATION),

    string: ($) =>
      seq(
        '"',
        repeat(
          choice(
            $._string_content,
            $.escape,
            alias($._string_interpolation, $.interpolation),
            alias($._string_variable, $.variable),
          ),
        ),
        token.immediate('"'),
      ),
    _string_content: (_) => token.immediate(prec(1, /[^"\\\n{$]+|\{|\$/)),
    _string_interpolation: (_) => token.immediate(prec(2, INTERPOLATION)),
    _string_variable: (_) => token.immediate(prec(2, /\$\{([^}\n{]|\{\{[A-Za-z_][A-Za-z0-9_-]*\}\})*\}/)),
    escape: (_) => token.immediate(prec(1, /\\(x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|[^\n])/)),

    fence: ($) => seq($._fence_start, optional($.fence_content), $._fence_end),

    // --- Programs -----------------------------------------------------------------------------------------------------

    // Words are not told apart here: a piece follows a piece.
    exec: ($) => prec.right(seq("exec", repeat($._piece))),
    _piece: ($) =>
      choice($.argument, $.string, $.single, $.fence, $.variable, alias($._exec_interpolation, $.interpolation), $.escaped),
    argument: (_) => token(choice(/[^ \t\r\n"'\\${};#][^ \t\r\n"'\\${};]*/, "$")),
    single: (_) => /'[^'\n]*'/,
    variable: ($) =>
      seq(
        "${",
        repeat(choice($._variable_content, alias($._variable_interpolation, $.interpolation))),
        token.immediate("}"),
      ),
    _variable_content: (_) => token.immediate(prec(1, /[^}\n{]+|\{/)),
    _variable_interpolation: (_) => token.immediate(prec(2, INTERPOLATION)),
    _exec_interpolation: (_) => token(prec(1, INTERPOLATION)),
    escaped: (_) => token(/\\[^\r\n]/),
  },
});
