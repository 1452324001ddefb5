//! The colours of pictures, for light and for dark surroundings.

/// What is drawn, in terms of the colours.
const RULES: &str = "\
.bg{fill:var(--bg)}
.col{fill:var(--stripe)}
.wave{fill:var(--soft);font-size:12px}
.box{fill:var(--box);stroke:var(--bundle);stroke-opacity:.45}
.n rect{fill:var(--fill);stroke:var(--line);stroke-width:1.2}
.n text{fill:var(--text);font-size:12.5px}
.n .title,.title{fill:var(--bundle);font-size:12px;font-weight:600;paint-order:stroke;stroke:var(--bg);stroke-width:3;stroke-linejoin:round}
.longrun{--fill:var(--longrun-fill);--line:var(--longrun)}
.oneshot{--fill:var(--oneshot-fill);--line:var(--oneshot)}
.bundle{--fill:var(--bundle-fill);--line:var(--bundle)}
.external{--fill:var(--stripe);--line:var(--soft)}
.missing{--fill:var(--red-fill);--line:var(--red)}
.external rect,.missing rect,.idle rect{stroke-dasharray:5 3}
.circle rect{stroke:var(--red);stroke-width:2.2}
.e{fill:none;stroke:var(--edge);stroke-width:1.2}
.feeds{stroke:var(--pipe);stroke-width:3}
.contains{stroke:var(--bundle);stroke-dasharray:2 4;stroke-opacity:.7}
.broken{stroke:var(--red);stroke-width:1.8;stroke-dasharray:6 3}
.many .e{stroke-opacity:.4}
.loop{stroke:var(--red);stroke-width:2}
.tip{fill:var(--edge)}.tip-pipe{fill:var(--pipe)}.tip-red{fill:var(--red)}.tip-box{fill:var(--bundle)}
";

const LIGHT: &str = "--bg:#ffffff;--stripe:#f6f7f9;--text:#1b1f24;--soft:#6b7280;--edge:#8a94a3;--pipe:#0d9488;\
--red:#dc2626;--red-fill:#fee2e2;--longrun:#2563eb;--longrun-fill:#e3edfd;--oneshot:#15803d;--oneshot-fill:#e2f6e9;\
--bundle:#7c3aed;--bundle-fill:#f3ebff;--box:#7c3aed0a;--panel:#ffffff;--rule:#d9dde3;--hit:#f59e0b";

const DARK: &str = "--bg:#14171c;--stripe:#1b1f26;--text:#e6e9ee;--soft:#9aa4b2;--edge:#68738a;--pipe:#2dd4bf;\
--red:#f87171;--red-fill:#451a1e;--longrun:#60a5fa;--longrun-fill:#1c2f4d;--oneshot:#4ade80;--oneshot-fill:#17362a;\
--bundle:#c4a5fd;--bundle-fill:#33254f;--box:#a78bfa12;--panel:#1b1f26;--rule:#333a45;--hit:#fbbf24";

/// The style of what is drawn: in colours that fit the surroundings, those of Visual Studio Code too.
pub(super) fn style() -> String {
    format!(
        ":root,.vscode-light{{{LIGHT};color-scheme:light}}\n@media (prefers-color-scheme:dark){{:root{{{DARK};color-scheme:dark}}}}\n\
         .vscode-dark,.vscode-high-contrast{{{DARK};color-scheme:dark}}\n{RULES}"
    )
}
