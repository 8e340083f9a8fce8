//! A universe in the form that suits the solver best: packages and versions are small numbers.

use std::collections::{BTreeMap, HashMap};

use pubgrub::{DependencyConstraints, Ranges};
use semver::Version;
use serde::Deserialize;

use crate::range::{parse_version, Range};

pub type Packages = BTreeMap<String, BTreeMap<String, Release>>;

#[derive(Deserialize)]
pub struct Release {
    deps: BTreeMap<String, String>,
    k8s: Option<String>,
}

/// One version of a package, as the solver asks for it.
pub struct Candidate {
    pub text: String,
    pub kubernetes: Option<Range>,
    /// None where the version requires another version of its own package.
    pub dependencies: Option<DependencyConstraints<u32, Ranges<u32>>>,
}

/// Versions oldest first by package; the root is package 0, packages of a universe follow.
pub struct Universe {
    pub names: Vec<String>,
    pub candidates: Vec<Vec<Candidate>>,
    numbers: HashMap<String, u32>,
    versions: Vec<Vec<Version>>,
}

impl Universe {
    pub fn of(packages: Packages) -> Result<Universe, String> {
        let mut universe = Universe {
            names: vec![String::new()],
            candidates: vec![Vec::new()],
            numbers: HashMap::new(),
            versions: vec![Vec::new()],
        };
        let mut sorted = Vec::new();
        for (name, releases) in packages {
            let mut versions = Vec::new();
            for (text, release) in releases {
                versions.push((parse_version(&text)?, text, release));
            }
            versions.sort_by(|one, other| one.0.cmp(&other.0));
            universe
                .numbers
                .insert(name.clone(), universe.names.len() as u32);
            universe.names.push(name);
            universe
                .versions
                .push(versions.iter().map(|found| found.0.clone()).collect());
            sorted.push(versions);
        }
        let mut known = HashMap::new();
        for (at, versions) in sorted.into_iter().enumerate() {
            let mut candidates = Vec::new();
            for (rank, (_, text, release)) in versions.into_iter().enumerate() {
                let mut needed = Vec::new();
                let mut is_possible = true;
                for (name, range) in release.deps {
                    let number = universe.number(&name);
                    if number as usize == at + 1 {
                        // the crate knows no version that needs its own package
                        let own = Range::parse(&range)?.ranks(&universe.versions[at + 1]);
                        is_possible &= own.contains(&(rank as u32));
                    } else {
                        needed.push((number, universe.ranks(&mut known, number, range)?));
                    }
                }
                candidates.push(Candidate {
                    text,
                    kubernetes: release.k8s.map(|range| Range::parse(&range)).transpose()?,
                    dependencies: is_possible.then(|| needed.into_iter().collect()),
                });
            }
            universe.candidates.push(candidates);
        }
        universe
            .candidates
            .resize_with(universe.names.len(), Vec::new);
        Ok(universe)
    }

    /// Gives what a question asks for, as the dependencies of the root.
    pub fn roots(
        &mut self,
        roots: &BTreeMap<String, String>,
    ) -> Result<DependencyConstraints<u32, Ranges<u32>>, String> {
        let mut found = Vec::new();
        for (name, range) in roots {
            let number = self.number(name);
            found.push((
                number,
                Range::parse(range)?.ranks(&self.versions[number as usize]),
            ));
        }
        self.candidates.resize_with(self.names.len(), Vec::new);
        Ok(found.into_iter().collect())
    }

    /// Gives the number of a package; one that is absent has no versions.
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_string(), number);
        self.names.push(name.to_string());
        self.versions.push(Vec::new());
        number
    }

    fn ranks(
        &self,
        known: &mut HashMap<(u32, String), Ranges<u32>>,
        number: u32,
        range: String,
    ) -> Result<Ranges<u32>, String> {
        if let Some(ranks) = known.get(&(number, range.clone())) {
            return Ok(ranks.clone());
        }
        let ranks = Range::parse(&range)?.ranks(&self.versions[number as usize]);
        known.insert((number, range), ranks.clone());
        Ok(ranks)
    }
}
