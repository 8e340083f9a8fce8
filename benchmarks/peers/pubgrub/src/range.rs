//! Versions and ranges as cases write them, and a range as ranks among a package's versions.

use pubgrub::Ranges;
use semver::Version;

/// Reads a version; numbers that are left out are 0, build metadata does not count.
pub fn parse_version(text: &str) -> Result<Version, String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split('+').next().unwrap_or(text);
    let (core, prerelease) = match text.split_once('-') {
        Some((core, prerelease)) => (core, format!("-{prerelease}")),
        None => (text, String::new()),
    };
    let missing = 2_usize.saturating_sub(core.matches('.').count());
    let whole = format!("{core}{}{prerelease}", ".0".repeat(missing));
    Version::parse(&whole).map_err(|error| format!("`{text}` is not a version: {error}"))
}

enum Operator {
    AtLeast,
    AtMost,
    Above,
    Below,
    Exactly,
}

/// A range: groups of bounds, of which one has to hold whole.
pub struct Range(Vec<Vec<(Operator, Version)>>);

impl Range {
    pub fn parse(text: &str) -> Result<Range, String> {
        text.split("||")
            .map(parse_group)
            .collect::<Result<_, _>>()
            .map(Range)
    }

    pub fn contains(&self, version: &Version) -> bool {
        self.0.iter().any(|group| {
            group.iter().all(|(operator, bound)| match operator {
                Operator::AtLeast => version >= bound,
                Operator::AtMost => version <= bound,
                Operator::Above => version > bound,
                Operator::Below => version < bound,
                Operator::Exactly => version == bound,
            })
        })
    }

    /// Gives the ranks of what is in the range, among versions that stand oldest first.
    pub fn ranks(&self, versions: &[Version]) -> Ranges<u32> {
        self.0.iter().fold(Ranges::empty(), |found, group| {
            let (mut from, mut to) = (0, versions.len());
            for (operator, bound) in group {
                let first = versions.partition_point(|version| version < bound);
                let past = versions.partition_point(|version| version <= bound);
                let (low, high) = match operator {
                    Operator::AtLeast => (first, versions.len()),
                    Operator::AtMost => (0, past),
                    Operator::Above => (past, versions.len()),
                    Operator::Below => (0, first),
                    Operator::Exactly => (first, past),
                };
                (from, to) = (from.max(low), to.min(high));
            }
            if from < to {
                found.union(&Ranges::between(from as u32, to as u32))
            } else {
                found
            }
        })
    }
}

fn parse_group(group: &str) -> Result<Vec<(Operator, Version)>, String> {
    let bounds = group.split_whitespace().filter(|bound| *bound != "*");
    bounds
        .map(|bound| {
            let start = bound.trim_start_matches(['<', '>', '=']);
            let operator = match &bound[..bound.len() - start.len()] {
                ">=" => Operator::AtLeast,
                "<=" => Operator::AtMost,
                ">" => Operator::Above,
                "<" => Operator::Below,
                "=" | "" => Operator::Exactly,
                other => return Err(format!("`{other}` is not an operator")),
            };
            Ok((operator, parse_version(start)?))
        })
        .collect()
}
