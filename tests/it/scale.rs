//! Ten thousand services, on which the compiler of s6-rc dies by a signal, are checked and planned. How long that takes is a
//! matter for `benches/`.

#[path = "../../benches/generate.rs"]
mod generate;

use hermesc::s6rc::plan::plan;

use crate::memory::check;

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
