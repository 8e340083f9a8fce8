//! A package in Rust: standard library only, several documents of YAML.
use std::collections::HashMap;
use std::io::Read;
use std::{env, io, process, time};

fn main() {
    let mut inputs = String::new();
    io::stdin().read_to_string(&mut inputs).expect("inputs");
    if inputs.contains("\"panic\":true") {
        panic!("told to");
    }
    let Some(name) = env::args().next() else {
        eprintln!("there is no name");
        process::exit(2);
    };
    // a map's order follows from random bytes: in a sandbox without any it could differ from run to run
    let keys: HashMap<String, usize> = (0..20).map(|n| (format!("key-{n}"), n)).collect();
    let order: Vec<_> = keys.keys().cloned().collect();
    let time = time::SystemTime::now().duration_since(time::UNIX_EPOCH).unwrap().as_secs();
    let whole = env::var("MISTPM_INPUT").map(|text| text.len() > inputs.len()).unwrap_or(false);
    for (number, kind) in ["ConfigMap", "Secret"].iter().enumerate() {
        println!("---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}-{number}}}");
    }
    println!("data: {{}}\nstringData:\n  order: {}\n  time: '{time}'\n  whole: '{whole}'", order.join(" "));
    println!("  files: '{}'", std::fs::read_dir("/").is_ok());
}
