//! What the solver asks: fewest versions first, newest versions first, as in the crate's own provider.

use std::cmp::Reverse;
use std::fmt;
use std::ops::Bound;
use std::time::Instant;

use pubgrub::{
    Dependencies, DependencyConstraints, DependencyProvider, PackageResolutionStatistics, Ranges,
};
use semver::Version;

use crate::universe::{Candidate, Universe};

pub const ROOT: u32 = 0;

/// The time is over.
#[derive(Debug)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("it took too long")
    }
}

impl std::error::Error for TooLong {}

/// One question to a universe.
pub struct Provider<'a> {
    pub universe: &'a Universe,
    pub kubernetes: Option<Version>,
    pub roots: DependencyConstraints<u32, Ranges<u32>>,
    pub end: Instant,
}

impl Provider<'_> {
    fn count(&self, package: u32) -> u32 {
        match package {
            ROOT => 1,
            _ => self.universe.candidates[package as usize].len() as u32,
        }
    }

    /// Gives the ranks that there are in each interval of a range: the first, and the first after.
    fn intervals<'r>(
        &self,
        package: u32,
        range: &'r Ranges<u32>,
    ) -> impl Iterator<Item = (u32, u32)> + 'r {
        let count = self.count(package);
        range.iter().filter_map(move |(start, end)| {
            let from = match start {
                Bound::Included(rank) => *rank,
                Bound::Excluded(rank) => rank + 1,
                Bound::Unbounded => 0,
            };
            let to = match end {
                Bound::Included(rank) => count.min(rank + 1),
                Bound::Excluded(rank) => count.min(*rank),
                Bound::Unbounded => count,
            };
            (from < to).then_some((from, to))
        })
    }

    fn runs(&self, candidate: &Candidate) -> bool {
        match (&self.kubernetes, &candidate.kubernetes) {
            (Some(version), Some(range)) => range.contains(version),
            _ => true,
        }
    }
}

impl DependencyProvider for Provider<'_> {
    type P = u32;
    type V = u32;
    type VS = Ranges<u32>;
    type M = String;
    type Err = TooLong;
    type Priority = (u32, Reverse<u32>);

    fn prioritize(
        &self,
        package: &u32,
        range: &Ranges<u32>,
        statistics: &PackageResolutionStatistics,
    ) -> Self::Priority {
        match self
            .intervals(*package, range)
            .map(|(from, to)| to - from)
            .sum()
        {
            0 => (u32::MAX, Reverse(0)),
            count => (statistics.conflict_count(), Reverse(count)),
        }
    }

    fn choose_version(&self, package: &u32, range: &Ranges<u32>) -> Result<Option<u32>, TooLong> {
        Ok(self.intervals(*package, range).last().map(|(_, to)| to - 1))
    }

    fn get_dependencies(
        &self,
        package: &u32,
        version: &u32,
    ) -> Result<Dependencies<u32, Ranges<u32>, String>, TooLong> {
        if *package == ROOT {
            return Ok(Dependencies::Available(self.roots.clone()));
        }
        let candidate = &self.universe.candidates[*package as usize][*version as usize];
        Ok(match &candidate.dependencies {
            Some(found) if self.runs(candidate) => Dependencies::Available(found.clone()),
            Some(_) => Dependencies::Unavailable("it needs another Kubernetes".to_string()),
            None => Dependencies::Unavailable("it needs another version of itself".to_string()),
        })
    }

    fn should_cancel(&self) -> Result<(), TooLong> {
        match Instant::now() < self.end {
            true => Ok(()),
            false => Err(TooLong),
        }
    }
}
