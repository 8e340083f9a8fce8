//! Solves a file of cases with pubgrub: `pubgrub-peer FILE SECONDS RUNS [cpu]`, a line of JSON for each case.
//!
//! Loading is not measured; of several runs the median is told, in time on the wall or of the processor.

mod provider;
mod range;
mod universe;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use flate2::read::GzDecoder;
use pubgrub::PubGrubError;
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::json;

use crate::provider::{Provider, ROOT};
use crate::range::parse_version;
use crate::universe::{Packages, Universe};

#[derive(Deserialize)]
struct Case {
    name: String,
    universe: Option<Packages>,
    universe_file: Option<PathBuf>,
    k8s: Option<String>,
    roots: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct OnlyUniverse {
    universe: Packages,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, seconds, runs, clock @ ..] = arguments.as_slice() else {
        eprintln!("usage: pubgrub-peer FILE SECONDS RUNS [cpu]");
        return ExitCode::from(64);
    };
    let on_cpu = clock.iter().any(|name| name == "cpu");
    match solve_all(Path::new(file), seconds, runs, on_cpu) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(65)
        }
    }
}

fn solve_all(file: &Path, seconds: &str, runs: &str, on_cpu: bool) -> Result<(), String> {
    let limit = Duration::from_secs_f64(seconds.parse().map_err(|_| "SECONDS is no number")?);
    let runs: usize = runs.parse().map_err(|_| "RUNS is no number")?;
    let mut shared: HashMap<PathBuf, Universe> = HashMap::new();
    for mut case in read::<Case>(file)? {
        let mut own;
        let universe = match (case.universe.take(), &case.universe_file) {
            (Some(packages), _) => {
                own = Universe::of(packages)?;
                &mut own
            }
            (None, Some(name)) => {
                if !shared.contains_key(name) {
                    let path = file.with_file_name(name);
                    let found = read::<OnlyUniverse>(&path)?.into_iter().next();
                    let packages = found.ok_or("a file has no universe")?.universe;
                    shared.insert(name.clone(), Universe::of(packages)?);
                }
                shared.get_mut(name).expect("it was put there")
            }
            (None, None) => return Err(format!("`{}` has no universe", case.name)),
        };
        println!("{}", solve(&case, universe, limit, runs, on_cpu)?);
    }
    Ok(())
}

fn solve(
    case: &Case,
    universe: &mut Universe,
    limit: Duration,
    runs: usize,
    on_cpu: bool,
) -> Result<serde_json::Value, String> {
    let roots = universe.roots(&case.roots)?;
    let universe: &Universe = universe;
    let kubernetes = case.k8s.as_deref().map(parse_version).transpose()?;
    let mut times = Vec::new();
    let mut answer = ("budget", BTreeMap::new());
    for _ in 0..runs {
        let (begin, begin_on_cpu) = (Instant::now(), ProcessTime::now());
        let provider = Provider {
            universe,
            kubernetes: kubernetes.clone(),
            roots: roots.clone(),
            end: begin + limit,
        };
        let found = pubgrub::resolve(&provider, ROOT, 0_u32);
        let elapsed = match on_cpu {
            true => begin_on_cpu.elapsed(),
            false => begin.elapsed(),
        };
        times.push(elapsed.as_secs_f64() * 1000.0);
        answer = match found {
            Ok(chosen) => {
                let named = chosen.into_iter().filter(|(package, _)| *package != ROOT);
                let solution = named.map(|(package, rank)| {
                    let candidate = &universe.candidates[package as usize][rank as usize];
                    (
                        universe.names[package as usize].clone(),
                        candidate.text.clone(),
                    )
                });
                ("sat", solution.collect())
            }
            Err(PubGrubError::NoSolution(_)) => ("unsat", BTreeMap::new()),
            Err(PubGrubError::ErrorInShouldCancel(_)) => ("budget", BTreeMap::new()),
            Err(error) => return Err(format!("`{}`: {error}", case.name)),
        };
        if answer.0 == "budget" {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times[(times.len() - 1) / 2];
    Ok(json!({"name": case.name, "verdict": answer.0, "solution": answer.1, "ms": median}))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let told = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
    let mut data = fs::read(path).map_err(|error| told(&error))?;
    if data.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        GzDecoder::new(data.as_slice())
            .read_to_end(&mut plain)
            .map_err(|error| told(&error))?;
        data = plain;
    }
    match serde_json::from_slice(&data).map_err(|error| told(&error))? {
        OneOrMany::Many(cases) => Ok(cases),
        OneOrMany::One(case) => Ok(vec![case]),
    }
}
