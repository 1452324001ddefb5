// Definitions, and what they hold.

import { END, NAME, START, STOP, block, definition, nameOf, named, refs, statement, words } from "./parts.mjs";

/** The rules by their names. */
export const definitions = {
  definitions: {
    patterns: [
      definition(
        `(?:(extend)[ \\t]+)?(longrun|oneshot|service|cont-init)[ \\t]+(${NAME})`,
        { 1: named("storage.modifier"), 2: named("storage.type"), 3: nameOf("entity.name.type") },
        "body",
      ),
      definition(
        `(?:(extend)[ \\t]+)?(bundle)[ \\t]+(${NAME})`,
        { 1: named("storage.modifier"), 2: named("storage.type"), 3: nameOf("entity.name.type") },
        "bundle",
      ),
      definition(`(main|stage2-hook)(?=[ \\t]*(?:[{#\\n]))`, { 1: named("storage.type") }, "body"),
      {
        name: "meta.definition.template.hermes",
        begin: `${START}(template)[ \\t]+([A-Za-z_][\\w-]*)[ \\t]*(?=\\()`,
        beginCaptures: { 1: named("storage.type"), 2: named("entity.name.function.template") },
        end: "(?<=\\})|(?=[^\\s#{(])",
        patterns: [
          ...refs("comment"),
          {
            begin: "\\(",
            beginCaptures: { 0: named("punctuation.section.parameters.begin") },
            end: "\\)",
            endCaptures: { 0: named("punctuation.section.parameters.end") },
            patterns: [
              ...refs("comment"),
              {
                match: "([A-Za-z_][\\w-]*)(?:[ \\t]*(:)[ \\t]*([A-Za-z_][\\w-]*))?",
                captures: {
                  1: named("variable.parameter"),
                  2: named("punctuation.separator.type"),
                  3: named("support.type.pattern"),
                },
              },
              {
                begin: "=",
                beginCaptures: { 0: named("keyword.operator.assignment") },
                end: "(?=[,)\\n])",
                patterns: refs("text", "list", "number", "word"),
              },
              ...refs("punctuation"),
            ],
          },
          ...refs("body"),
        ],
      },
      {
        name: "meta.use.hermes",
        begin: `${START}(use)[ \\t]+([A-Za-z_][\\w-]*)[ \\t]*(\\()`,
        beginCaptures: {
          1: named("keyword.control.use"),
          2: named("entity.name.function.template"),
          3: named("punctuation.section.arguments.begin"),
        },
        end: "\\)",
        endCaptures: { 0: named("punctuation.section.arguments.end") },
        patterns: [
          ...refs("comment"),
          {
            match: "([A-Za-z_][\\w-]*)[ \\t]*(=)",
            captures: { 1: named("variable.parameter"), 2: named("keyword.operator.assignment") },
          },
          ...refs("text", "list", "number", "word", "punctuation"),
        ],
      },
      {
        name: "meta.for.hermes",
        begin: `${START}(for)[ \\t]+([A-Za-z_][\\w-]*)[ \\t]+(in)${END}`,
        beginCaptures: {
          1: named("keyword.control.for"),
          2: named("variable.parameter"),
          3: named("keyword.control.in"),
        },
        end: "(?<=\\})|(?=[;}])",
        patterns: refs("comment", "interpolation", "body", "text", "list", "word"),
      },
      {
        name: "meta.definition.pipeline.hermes",
        begin: `${START}(pipeline)[ \\t]+(?:(${NAME})[ \\t]*(=))?`,
        beginCaptures: {
          1: named("storage.type"),
          2: nameOf("entity.name.type"),
          3: named("keyword.operator.assignment"),
        },
        end: STOP,
        patterns: refs("name"),
      },
      {
        name: "meta.extern.hermes",
        begin: `${START}(extern)[ \\t]+(longrun|oneshot|bundle|service)${END}`,
        beginCaptures: { 1: named("storage.modifier"), 2: named("storage.type") },
        end: STOP,
        patterns: refs("name"),
      },
      {
        name: "meta.constant.hermes",
        begin: `${START}(let)[ \\t]+([A-Za-z_][\\w-]*)`,
        beginCaptures: { 1: named("storage.type"), 2: named("variable.other.constant") },
        end: STOP,
        patterns: refs("continuation", "comment", "text", "list", "number", "punctuation", "word"),
      },
      {
        name: "meta.target.hermes",
        begin: `${START}(target)${END}`,
        beginCaptures: { 1: named("keyword.control.target") },
        end: STOP,
        patterns: [
          ...refs("continuation", "comment"),
          words("support.constant.target", ["s6-overlay", "s6-rc"]),
          ...refs("number", "text", "word"),
        ],
      },
      statement(["include"], refs("text", "word"), "keyword.control.include"),
    ],
  },
  bundle: block(
    ...refs("comment"),
    statement(["flag-essential", "flag-recommended"], refs("text", "word")),
    statement(["raw"], refs("content", "script", "exec", "text", "word")),
    ...refs("name"),
  ),
  body: block(...refs("comment", "definitions", "statements", "body", "text", "exec", "list", "punctuation", "word")),
};
