//! Services that may start before the container is ready.

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use petgraph::graph::NodeIndex;

/// A service does not wait for `base`.
pub static RULE: Rule = Rule {
    id: "missing-base",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A service does not wait for `base`",
    explanation: r##"Under s6-overlay `base` holds the setting of file attributes and the cont-init scripts. A service without a path to it may start before they are done. Where there are no such scripts, in the image or in the layers that are known, this is a hint: another layer may bring one. A service that nothing starts is not reported, and services that depend on the one that is shown are not shown themselves."##,
    bad: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/run
#!/command/with-contenv sh
exec httpd -f
== etc/s6-overlay/user-bundles.d/user/contents.d/web
"##,
    ),
    good: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/run
#!/command/with-contenv sh
exec httpd -f
== etc/s6-overlay/user-bundles.d/user/contents.d/web
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let Some(base) = model.target.default_dependency() else { return };
    let known: Vec<NodeIndex> = [base, "legacy-cont-init"].iter().filter_map(|name| context.graph.find(name)).collect();
    for (definition, facts) in directories(context) {
        let Some(node) = context.graph.find(&definition.name) else { continue };
        if definition.kind == Kind::Bundle || definition.incomplete {
            continue;
        }
        let unknown = definition.dependencies.iter().any(|needed| context.graph.find(&needed.name).is_none());
        // What another service here waits for is reported there.
        let chained = definition.dependencies.iter().any(|needed| model.get(&needed.name).is_some());
        let never = model.find(&definition.name).is_some_and(|at| context.graph.is_started(at) == Some(false));
        let reached = context.graph.reach(node);
        if unknown || chained || never || known.iter().any(|node| reached.contains(node)) {
            continue;
        }
        let mut diagnostic = Diagnostic::new(&RULE, format!("`{}` does not wait for `{base}`", definition.name))
            .at(definition.place, "may start before the cont-init scripts are done")
            .help(format!("add an empty file `dependencies.d/{base}`"));
        if !model.tree.as_ref().is_some_and(|tree| tree.early_scripts) {
            diagnostic.severity = Severity::Hint;
        }
        diagnostics.push(if facts.present("dependencies").is_some() {
            diagnostic
        } else {
            diagnostic.fix(Fix {
                title: format!("depend on `{base}`"),
                edits: vec![Edit::Create {
                    path: facts.path.join("dependencies.d").join(base),
                    bytes: Vec::new(),
                    mode: 0o644,
                }],
                safety: Safety::Suggested,
            })
        });
    }
}
