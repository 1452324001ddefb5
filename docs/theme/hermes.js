// Colours of the hermes language, for the highlight.js that mdBook brings. It has coloured the page already when this file is
// read, so that blocks of this language are coloured here.
"use strict";

(() => {
    const words = (text) => text.trim().split(/\s+/).join("|");
    const definitions = words(`
        target umask let include extern extend longrun oneshot bundle pipeline template use for in service main cont-init
        stage2-hook raw`);
    const statements = words(`
        run finish up down reload depends-on in timeout-up timeout-down timeout-kill timeout-finish notification-fd lock-fd
        max-death-tally down-signal reload-signal flag-essential flag-recommended flag-timeout-killpg flag-newpidns data envdir
        instance-template raw user env env-file cwd umask limit nice redirect when stop-on ready log on-exit prepare cleanup
        control-user check interval check-timeout timeout tries keep rotate-at timestamp select deselect`);

    const interpolation = { className: "template-variable", begin: /\{\{[A-Za-z_][\w-]*\}\}/ };
    const variable = { className: "variable", begin: /\$\{/, end: /\}/ };
    const comment = { className: "comment", begin: /(^|[\s;{}])#/, end: /$/, relevance: 0 };
    const string = { className: "string", begin: /"/, end: /"/, illegal: /\n/, contains: [{ begin: /\\./ }, interpolation, variable] };
    const plain = { className: "string", begin: /'/, end: /'/, illegal: /\n/ };
    const script = { className: "string", begin: /"""/, end: /"""/, contains: [interpolation] };
    const quantity = { className: "number", begin: /\d+(\.\d+)*(ms|s|min|m|h|d|B|kB|MB|GB|KiB|MiB|GiB)?(?![\w.-])/, relevance: 0 };

    hljs.registerLanguage("hermes", () => ({
        name: "hermes",
        contains: [
            comment,
            { className: "keyword", begin: new RegExp(`^[ \\t]*(${definitions}|${statements})(?![\\w-])`, "m") },
            // A statement on the line of its `{` or behind a `;`, which are no part of the word.
            { begin: new RegExp(`[{;][ \\t]+(?=(${statements})(?![\\w-]))`), starts: { className: "keyword", end: /(?=[^\w-])/ } },
            { className: "built_in", begin: /(exec|sh|bash|execlineb|text|file|link|none|never)(?=\s)/ },
            script,
            string,
            plain,
            variable,
            interpolation,
            quantity,
            // Any other word, so that nothing is coloured within it.
            { begin: /[\w./:@%+~-]+/ },
        ],
    }));

    for (const block of document.querySelectorAll("code.language-hermes")) {
        block.classList.remove("hljs");
        (hljs.highlightElement ?? hljs.highlightBlock).call(hljs, block);
    }
})();
