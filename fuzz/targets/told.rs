#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hermesc_fuzz::told(bytes));
