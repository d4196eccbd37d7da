//! The choices a generator makes: random and repeatable, or given.

/// A source of choices.
#[derive(Clone, Debug)]
pub struct Choices(Source);

#[derive(Clone, Debug)]
enum Source {
    Random(fastrand::Rng),
    Given(std::vec::IntoIter<u32>),
}

impl Choices {
    /// The choices of program `index` of `seed`: the same on every machine and on every thread.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed.rotate_left(32) ^ index);
        // Similar seeds give similar first numbers.
        let mixed = rng.u64(..);
        Self(Source::Random(fastrand::Rng::with_seed(mixed)))
    }

    /// Choices made by `numbers`, such as those that proptest shrinks. When they are used up, every
    /// choice is 0, which generators make the simplest one.
    pub fn given(numbers: Vec<u32>) -> Self {
        Self(Source::Given(numbers.into_iter()))
    }

    /// Any number.
    pub fn number(&mut self) -> u32 {
        match &mut self.0 {
            Source::Random(rng) => rng.u32(..),
            Source::Given(numbers) => numbers.next().unwrap_or(0),
        }
    }

    /// A number below `limit`; 0 if `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        match &mut self.0 {
            Source::Random(rng) => rng.usize(0..limit.max(1)),
            Source::Given(numbers) => numbers.next().unwrap_or(0) as usize % limit.max(1),
        }
    }

    /// A number in `from..to`; `from` if the range is empty.
    pub fn range(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to.saturating_sub(from))
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, if there are any.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            return None;
        }
        items.get(self.below(items.len())).cloned()
    }

    /// One of the choices of a fixed list.
    pub fn of<T: Clone, const N: usize>(&mut self, items: [T; N]) -> T {
        const { assert!(N > 0, "a choice needs something to choose from") };
        items[self.below(N)].clone()
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let other = self.below(end + 1);
            items.swap(end, other);
        }
    }
}
