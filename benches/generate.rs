//! Service sets of any size: chains of nine longruns with a oneshot at their end, in one `user` bundle.

#![allow(clippy::expect_used)] // writing to a string cannot fail

use std::fmt::Write;

/// The text of a service set of so many services.
pub fn services(number: usize) -> String {
    let mut text = String::from("target s6-overlay 3.2.3.2\n");
    let mut members = String::new();
    for at in 0..number {
        let (place, before) = (at % 10, at.wrapping_sub(1));
        if place == 9 {
            write!(
                text,
                "oneshot setup-{at} {{\n    depends-on service-{before}\n    up sh \"\"\"\n        \
                 mkdir -p \"/run/{at}\"\n        chown daemon \"/run/{at}\"\n        \"\"\"\n}}\n"
            )
            .expect("text");
            writeln!(members, "    setup-{at}").expect("text");
        } else {
            let dependency = if place == 0 { String::new() } else { format!("    depends-on service-{before}\n") };
            write!(
                text,
                "## Service number {at}.\nlongrun service-{at} {{\n{dependency}    timeout-up 30s\n    \
                 notification-fd 3\n    run exec server-{at} --listen \"127.0.0.1:{at}\" --data /var/lib/{at}\n}}\n"
            )
            .expect("text");
            writeln!(members, "    service-{at}").expect("text");
        }
    }
    write!(text, "bundle user {{\n{members}}}\n").expect("text");
    text
}
