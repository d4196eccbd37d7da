//! The search that all kinds of changes share: sweeps in chunks over whatever can go.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Instant;

use rustc_hash::FxHashSet;

use crate::{Options, Stats};

/// Something that is reduced.
pub(crate) trait Subject {
    /// What every accepted change must lower.
    fn cost(&self) -> u64;
    /// Whether the oracle may be asked about it.
    fn is_valid(&self) -> bool;
    /// Different for different subjects.
    fn text(&self) -> String;
    /// The size for reports.
    fn size(&self) -> usize;
}

/// The state of a search.
pub(crate) struct Search<'o, T> {
    /// The smallest subject accepted so far.
    pub(crate) current: T,
    cost: u64,
    oracle: &'o mut dyn FnMut(&T) -> bool,
    options: Options,
    start: Instant,
    /// What the oracle has refused, by the hash of its text.
    refused: FxHashSet<u64>,
    stats: Stats,
}

impl<'o, T: Subject> Search<'o, T> {
    /// A search that starts at `subject`, which the oracle is asked about.
    pub(crate) fn new(
        subject: T,
        oracle: &'o mut dyn FnMut(&T) -> bool,
        options: &Options,
    ) -> Self {
        let interesting = oracle(&subject);
        let before = subject.size();
        Self {
            cost: subject.cost(),
            current: subject,
            oracle,
            options: *options,
            start: Instant::now(),
            refused: FxHashSet::default(),
            stats: Stats { interesting, calls: 1, before, ..Stats::default() },
        }
    }

    /// Does `round` until it changes nothing or a limit is reached.
    pub(crate) fn fixed_point(mut self, round: impl Fn(&mut Self)) -> (T, Stats) {
        while self.stats.interesting && !self.is_exhausted() {
            let accepted = self.stats.accepted;
            self.stats.rounds += 1;
            round(&mut self);
            if self.stats.accepted == accepted {
                break;
            }
        }
        self.stats.after = self.current.size();
        (self.current, self.stats)
    }

    /// Whether a limit is reached; from then on nothing is offered.
    pub(crate) fn is_exhausted(&mut self) -> bool {
        let calls = self.options.max_calls.is_some_and(|most| self.stats.calls >= most);
        let time = self.options.max_time.is_some_and(|most| self.start.elapsed() >= most);
        self.stats.exhausted |= calls || time;
        self.stats.exhausted
    }

    /// Makes `candidate` the current subject if it is smaller, valid, and still interesting.
    pub(crate) fn offer(&mut self, candidate: T) -> bool {
        let cost = candidate.cost();
        if cost >= self.cost || self.is_exhausted() {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        candidate.text().hash(&mut hasher);
        let key = hasher.finish();
        if self.refused.contains(&key) || !candidate.is_valid() {
            return false;
        }
        self.stats.calls += 1;
        if !(self.oracle)(&candidate) {
            self.refused.insert(key);
            return false;
        }
        self.stats.accepted += 1;
        self.current = candidate;
        self.cost = cost;
        true
    }

    /// One sweep of delta debugging: `list` says what could change, in an order in which taking
    /// something away does not disturb what stands before it; `apply` changes some of it, all at
    /// once. Chunks get smaller by half, from everything to single things, and go from the back to
    /// the front, since what stands later uses what stands before. True if something changed.
    pub(crate) fn sweep<X>(
        &mut self,
        list: impl Fn(&T) -> Vec<X>,
        apply: impl Fn(&T, &[X]) -> Option<T>,
    ) -> bool {
        let accepted = self.stats.accepted;
        let mut targets = list(&self.current);
        let mut chunk = targets.len();
        while chunk > 0 {
            let mut end = targets.len();
            while end > 0 && !self.is_exhausted() {
                let start = end.saturating_sub(chunk);
                let candidate = targets.get(start..end).and_then(|some| apply(&self.current, some));
                if candidate.is_some_and(|candidate| self.offer(candidate)) {
                    targets = list(&self.current);
                    // What was changed but not taken away is not tried again in this sweep.
                    end = start.min(targets.len());
                } else {
                    end = start;
                }
            }
            chunk = match chunk.min(targets.len()) {
                0 | 1 => 0,
                wide => wide / 2,
            };
        }
        self.stats.accepted > accepted
    }
}
