//! A script of inputs: the answers of `ask`.

use rustc_hash::FxHashMap;

/// The results of calls to `ask -> fn (site: int) int`, a function that exists only in programs run
/// with answers. The argument identifies the question: each site has a queue of its own, so its
/// answers do not depend on how often another site was asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    /// The answers to the first questions at a site, in order. A site may be named more than once.
    pub first: Vec<(i64, Vec<i64>)>,
    /// The answers after those.
    pub rest: Rest,
}

/// An endless sequence of answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    /// Always this value.
    Always(i64),
    /// 0 and 1 alternately, across all sites.
    Alternating,
    /// A number in `0..below` that depends only on the seed, the site and the number of the
    /// question at that site.
    Random {
        /// Distinguishes one script from another.
        seed: u64,
        /// At least 1.
        below: u32,
    },
}

impl Default for Rest {
    fn default() -> Self {
        Self::Always(0)
    }
}

/// A script in use.
#[derive(Debug, Default)]
pub(crate) struct Script {
    first: FxHashMap<i64, Vec<i64>>,
    asked: FxHashMap<i64, usize>,
    in_all: u64,
    rest: Rest,
}

impl Script {
    pub(crate) fn new(answers: &Answers) -> Self {
        let mut script = Self { rest: answers.rest, ..Self::default() };
        for (site, first) in &answers.first {
            script.first.entry(*site).or_default().extend(first);
        }
        script
    }

    /// The answer to the next question at `site`.
    pub(crate) fn answer(&mut self, site: i64) -> i64 {
        let asked = self.asked.entry(site).or_default();
        let index = *asked;
        *asked += 1;
        if let Some(&answer) = self.first.get(&site).and_then(|first| first.get(index)) {
            return answer;
        }
        self.in_all += 1;
        match self.rest {
            Rest::Always(answer) => answer,
            Rest::Alternating => (self.in_all as i64 - 1) & 1,
            Rest::Random { seed, below } => {
                let mixed = mix(mix(mix(seed) ^ site as u64) ^ index as u64);
                (mixed % u64::from(below.max(1))) as i64
            }
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Answers, Rest, Script};

    #[test]
    fn sites_have_queues_of_their_own() {
        let answers = Answers { first: vec![(1, vec![7, 8]), (2, vec![9])], rest: Rest::Always(3) };
        let mut script = Script::new(&answers);
        let given: Vec<i64> = [1, 2, 2, 1, 1].iter().map(|&site| script.answer(site)).collect();
        assert_eq!(given, [7, 9, 3, 8, 3]);
    }

    #[test]
    fn random_answers_depend_on_seed_site_and_number_only() {
        let rest = Rest::Random { seed: 5, below: 4 };
        let answers = Answers { first: Vec::new(), rest };
        let ask = |sites: &[i64]| -> Vec<i64> {
            let mut script = Script::new(&answers);
            let all: Vec<(i64, i64)> = sites.iter().map(|&s| (s, script.answer(s))).collect();
            all.iter().filter(|(site, _)| *site == 1).map(|&(_, answer)| answer).collect()
        };
        let some = ask(&[1, 2, 1, 1, 2, 1]);
        assert_eq!(some, ask(&[1, 1, 1, 1]));
        assert!(some.iter().all(|answer| (0..4).contains(answer)));
        let many = ask(&[1; 64]);
        assert!((0..4).all(|answer| many.contains(&answer)));
    }
}
