//! Ten thousand services, on which the compiler of s6-rc dies by a signal, are checked and planned. How long that takes is a
//! matter for `benches/`.

#[path = "../../benches/generate.rs"]
mod generate;

use hermesc::s6rc::plan::plan;
use hermesc::source::{Location, SourceMap, Span};

use hermesc::diagnostic::Diagnostic;
use hermesc::import::{Options, import};
use hermesc::print::Scripts;
use hermesc::report::{Found, Set, json, lines};

use crate::fuzz_seeds::targets::served;
use crate::memory::check;

/// Names that nobody defines, with commas.
fn unknown(number: usize) -> String {
    (0..number).map(|at| format!("nobody-{at}")).collect::<Vec<_>>().join(", ")
}

/// Mistakes that must not cost more the more there are of them: where one of these texts takes minutes, every line of it waits
/// for all others.
fn mistakes() -> Vec<(&'static str, String)> {
    let services: String = (0..1_000).map(|at| format!("longrun s{at} {{ run exec x }}\n")).collect();
    let each = |number: usize, line: &dyn Fn(usize) -> String| (0..number).map(line).collect::<String>();
    vec![
        ("services without a brace", "longrun r\na b\n".repeat(6_000)),
        ("the same in a loop", format!("for x in y {{\n{}", "longrun r\na b\n".repeat(6_000))),
        ("quotes in a row", format!("longrun r {{ run exec {}\n{}", "\"".repeat(60_000), "x\n".repeat(30_000))),
        (
            "texts that are never closed",
            each(400, &|at| format!("longrun r{at} {{\nrun exec a {}\n", "\"".repeat(403 - at))),
        ),
        ("variables that are never closed", format!("longrun r {{ run exec {}\n", "${".repeat(20_000))),
        ("characters that are none", format!("let x = \"{}\"\n", "\\u{".repeat(20_000))),
        ("names that nobody defines", format!("{services}bundle all {{ {} }}\n", unknown(8_000))),
        ("templates that are none", each(3_000, &|at| format!("template t{at}(a) {{ }}\nuse u{at}(b)\n"))),
        (
            "constants that are none",
            each(3_000, &|at| format!("let a{at} = b\nlongrun c{at} {{ run exec {{{{d{at}}}}} }}\n")),
        ),
    ]
}

#[test]
fn many_mistakes_are_found() {
    for (what, text) in mistakes() {
        let checked = check(&text);
        assert!(checked.errors() > 0, "{what}");
        // An editor is told too, before and after a change.
        served(text.as_bytes());
    }
}

#[test]
fn many_problems_of_one_line_are_told() {
    let mut sources = SourceMap::default();
    let text = "x\u{e9} ".repeat(200_000);
    let file = sources.add("set.hermes", text.as_bytes());
    let rule = hermesc::rules::all()[0];
    let problem =
        |at: usize| Diagnostic::new(rule, "wrong").at(Location::new(file, Span::new(at * 40, at * 40 + 1)), "");
    let diagnostics: Vec<Diagnostic> = (0..20_000).map(problem).collect();
    let told = lines::short(&diagnostics, &sources);
    assert!(told.lines().last().unwrap().starts_with("set.hermes:1:599971: "));
    let roots = ["set.hermes".into()];
    let found = Found { target: String::new(), diagnostics: &diagnostics, sources: &sources };
    assert!(json::json(&[Set { roots: &roots, found: Ok(found) }]).contains("\"utf16\": 599971"));
}

#[test]
fn many_files_words_and_producers_are_planned_and_come_back() {
    let each = |line: &dyn Fn(usize) -> String| (0..8_000).map(line).collect::<String>();
    let raw = each(&|at| format!("raw \"x/{at}\" text \"\"\n"));
    let inside = each(&|at| format!("    raw \"x/{at}\" text \"\"\n"));
    let words = "if { true } ".repeat(8_000);
    let members = (0..2_000).map(|at| format!("p{at}")).collect::<Vec<_>>().join(", ");
    let producers: String = (0..2_000).map(|at| format!("longrun p{at} {{ run exec x }}\n")).collect();
    let text = format!(
        "{raw}longrun many {{\n    run exec x\n{inside}}}\noneshot long {{ up execlineb \"\"\"\n{words}true\n\"\"\" }}\n\
         {producers}longrun log {{ run exec x }}\npipeline all = {members} | log\nbundle user {{ all, many, long }}\n"
    );
    let checked = check(&text);
    assert_eq!(checked.errors(), 0, "{:?}", checked.diagnostics.first());
    let tree = plan(&checked.model);
    assert!(tree.entries.len() > 16_000 + 2_000 * 3);
    let options = Options { target: checked.model.target, path: "set.hermes".into(), scripts: Scripts::Inline };
    let imported = import(&tree, &options).expect("it comes back");
    assert!(imported.printed.text.contains("pipeline all = "));
}

#[test]
fn ten_thousand_services_are_checked_and_planned() {
    let checked = check(&generate::services(10_000));
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics.first());
    let types = plan(&checked.model).entries.keys().filter(|path| path.file_name() == Some("type")).count();
    assert_eq!(types, 10_001);
}

#[test]
fn a_circle_of_ten_thousand_is_found_and_told_in_short() {
    let mut text = generate::services(1) + "longrun s0 { depends-on s9999; run exec s }\n";
    for at in 1..10_000 {
        text += &format!("longrun s{at} {{ depends-on s{}; run exec s }}\n", at - 1);
    }
    let checked = check(&text);
    let cycles: Vec<_> = checked.diagnostics.iter().filter(|found| found.rule.id == "dependency-cycle").collect();
    assert_eq!(cycles.len(), 1);
    let shown = hermesc::report::human::render(
        &[cycles[0].clone()],
        &checked.sources,
        hermesc::report::human::Style::default(),
    );
    assert!(shown.len() < 20_000, "{} bytes", shown.len());
}
