//! A few lines that stand for very many.

use super::Place;

fn list(items: usize) -> String {
    let lines: Vec<String> = (0..items).map(|item| format!("    \"{item}\",\n")).collect();
    format!("let l = [\n{}]\n", lines.concat())
}

#[test]
fn includes_do_not_multiply() {
    let place = Place::new();
    for number in 0..50 {
        let next = number + 1;
        place.write(&format!("given/{number}.hermes"), format!("include \"{next}.hermes\"\n").repeat(2));
    }
    place.write("given/50.hermes", "longrun a { run exec x; in user }\n");
    place.run(&["check", "given/0.hermes"]).says(0, "51 files");
    for number in 50..90 {
        place.write(&format!("given/{number}.hermes"), format!("include \"{}.hermes\"\n", number + 1));
    }
    place.run(&["check", "given/0.hermes"]).says(1, "nested more than 64 deep");
    place.check("include \"set.hermes\"\n").says(1, "include-cycle");
    place.check("include \".\"\n").says(1, "include-cycle");
}

#[test]
fn constants_do_not_double_for_ever() {
    let place = Place::new();
    let doubling: String =
        (1..60).map(|number| format!("let a{number} = \"{{{{a{0}}}}}{{{{a{0}}}}}\"\n", number - 1)).collect();
    let text =
        format!("let a0 = \"{}\"\n{doubling}longrun a {{ run exec x {{{{a59}}}}; in user }}\n", "x".repeat(1000));
    place.check(text).says(1, "stand for more than 64 MiB");
    let chain: String = (1..500).map(|number| format!("let a{number} = \"{{{{a{}}}}}\"\n", number - 1)).collect();
    place.check(format!("let a0 = \"x\"\n{chain}longrun a {{ run exec x {{{{a499}}}}; in user }}\n")).says(1, "64");
    place.check("let a = \"{{b}}\"\nlet b = \"{{a}}\"\nlongrun a { run exec x {{a}}; in user }\n").says(1, "");
}

#[test]
fn loops_and_templates_end() {
    let place = Place::new();
    let nested: String = (0..8).map(|depth| format!("for x{depth} in l {{\n")).collect();
    let text = format!("{}{nested}longrun s-{{{{x0}}}} {{ run exec x; in user }}\n{}", list(40), "}\n".repeat(8));
    place.check(text).says(1, "more than 200000 definitions, uses and turns of loops");
    let twice: String = (1..80)
        .map(|n| format!("template t{n}(n: name) {{ use t{0}(\"{{{{n}}}}a\")\n use t{0}(\"{{{{n}}}}b\") }}\n", n - 1))
        .collect();
    let text = format!("template t0(n: name) {{ longrun {{{{n}}}} {{ run exec x; in user }} }}\n{twice}use t79(r)\n");
    place.check(text).says(1, "unreadable-source");
    place.check("template t(n: name) { use t(\"{{n}}a\") }\nuse t(r)\n").says(1, "template-recursion");
    let empty = format!("{}{nested}{}", list(40), "}\n".repeat(8));
    place.check(empty).says(1, "more than 200000");
}

#[test]
fn what_a_loop_repeats_is_bounded() {
    let place = Place::new();
    let script = format!("{}\n", "y".repeat(1000)).repeat(1000);
    let names: Vec<String> = (0..5000).map(|number| format!("n{number}")).collect();
    let raws: String = (0..2000).map(|number| format!("raw \"f{number}\" text \"x\"\n")).collect();
    for (body, word) in [
        (format!("longrun s-{{{{i}}}} {{ run text \"\"\"\n{script}\"\"\"; in user }}\n"), "make more than 64 MiB"),
        (format!("bundle s-{{{{i}}}} {{ {} }}\n", names.join(",\n")), "make more than 64 MiB"),
        (raws, "more than 200000 definitions"),
        ("longrun s-{{i}} { run file \"large\"; in user }\n".to_owned(), "`file` brings more than 64 MiB"),
    ] {
        place.write("given/large", vec![b'z'; 1 << 20]);
        place.check(format!("{}for i in l {{\n{body}}}\n", list(20_000))).says(1, word);
    }
}

#[test]
fn many_mistakes_are_told_in_bounded_time() {
    let place = Place::new();
    let many = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    for text in [
        many(&|n| format!("longrun a{n} {{ run exec x; depends-on zz{n}; in user }}\n")),
        many(&|n| format!("let c{n} = \"{{{{d{n}}}}}\"\n")),
        many(&|n| format!("use nothing{n}(x)\n")),
        many(&|_| "longrun a { run exec x }\n".to_owned()),
        many(&|_| "}\n".to_owned()),
        format!("longrun a {{ run exec x; in user\n{}}}\n", many(&|n| format!("data f{n} text \"x\"\n"))),
        format!(
            "let {} = \"x\"\nlongrun a {{ run exec {{{{{}}}}}; in user }}\n",
            "a".repeat(500_000),
            "b".repeat(500_000)
        ),
    ] {
        let ran = place.check(text);
        assert!(
            matches!(ran.output.status.code(), Some(0 | 1)),
            "{}",
            ran.said().chars().take(500).collect::<String>()
        );
    }
}
