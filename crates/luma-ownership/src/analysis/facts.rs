//! Facts about symbolic values: what a condition is known to be, and what follows from assuming it.

use smallvec::SmallVec;

use super::state::{EQUAL, GREATER, LESS, Range, Root, State, Status, Val};
use super::term::{Pred, Term, TermData, Terms};

/// Maximum number of excluded values that a range records.
const MAX_HOLES: usize = 16;

/// Maximum number of relations that are examined when a range is narrowed.
const MAX_RELATIONS: usize = 64;

impl Range {
    const ALL: (i64, i64) = (i64::MIN, i64::MAX);

    fn new() -> Self {
        Self { low: Self::ALL.0, high: Self::ALL.1, holes: SmallVec::new() }
    }

    fn just(value: i64) -> Self {
        Self { low: value, high: value, holes: SmallVec::new() }
    }

    pub(crate) fn is_trivial(&self) -> bool {
        (self.low, self.high) == Self::ALL && self.holes.is_empty()
    }

    /// All its values plus `by`, unless one of them would overflow.
    fn moved(&self, by: i64) -> Option<Self> {
        let holes = self.holes.iter().map(|hole| hole.checked_add(by)).collect::<Option<_>>()?;
        Some(Self { low: self.low.checked_add(by)?, high: self.high.checked_add(by)?, holes })
    }

    fn tighten(&mut self) {
        loop {
            if self.low < self.high && self.holes.contains(&self.low) {
                self.low += 1;
            } else if self.low < self.high && self.holes.contains(&self.high) {
                self.high -= 1;
            } else {
                break;
            }
        }
        let (low, high) = (self.low, self.high);
        self.holes.retain(|hole| low <= *hole && *hole <= high);
    }

    /// Whether no value is left.
    fn is_empty(&self) -> bool {
        self.low > self.high || (self.low == self.high && self.holes.contains(&self.low))
    }

    /// How a value in it may relate to one in `other`.
    fn against(&self, other: &Self) -> u8 {
        let mut mask = 0;
        if self.low < other.high {
            mask |= LESS;
        }
        if self.high > other.low {
            mask |= GREATER;
        }
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        if low < high || (low == high && self.contains(low) && other.contains(low)) {
            mask |= EQUAL;
        }
        mask
    }

    /// A range that contains both and stops growing after a few steps: a bound that moves goes to
    /// its limit.
    pub(crate) fn widened(&self, other: &Self) -> Option<Self> {
        let range = Self {
            low: if other.low < self.low { Self::ALL.0 } else { self.low },
            high: if other.high > self.high { Self::ALL.1 } else { self.high },
            holes: self.holes.iter().filter(|&&h| !other.contains(h)).copied().collect(),
        };
        (!range.is_trivial()).then_some(range)
    }

    /// The smallest range that contains both.
    pub(crate) fn hull(&self, other: &Self) -> Option<Self> {
        let holes =
            self.holes.iter().filter(|&&h| !other.contains(h)).chain(
                other.holes.iter().filter(|&&h| !self.contains(h) && !self.holes.contains(&h)),
            );
        let mut range = Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            holes: holes.copied().take(MAX_HOLES).collect(),
        };
        range.holes.sort_unstable();
        (!range.is_trivial()).then_some(range)
    }

    fn contains(&self, value: i64) -> bool {
        self.low <= value && value <= self.high && !self.holes.contains(&value)
    }
}

impl State {
    fn range(&self, term: Term) -> Option<&Range> {
        let at = self.ranges.binary_search_by_key(&term, |(t, _)| *t).ok()?;
        self.ranges.get(at).map(|(_, range)| range)
    }

    /// The integers `val` may be; an address as an integer.
    pub(crate) fn range_of(&self, terms: &Terms, val: Val) -> Range {
        match val {
            Val::Int(value) => Range::just(value),
            Val::Ptr(root, offset) => {
                let mut range = Range::new();
                if self.is_memory(root, offset) {
                    range.holes.push(0);
                }
                range
            }
            Val::Sym(term) => match (self.range(term), terms.get(term)) {
                (Some(range), _) => range.clone(),
                (None, TermData::Plus(base, by)) => {
                    let base = self.range(base);
                    base.and_then(|base| base.moved(by)).unwrap_or_else(Range::new)
                }
                _ => Range::new(),
            },
        }
    }

    /// Sets what is known of `term`.
    pub(crate) fn set_range(&mut self, term: Term, range: Option<Range>) {
        match (self.ranges.binary_search_by_key(&term, |(t, _)| *t), range) {
            (Ok(at), Some(range)) => {
                if let Some(slot) = self.ranges.get_mut(at) {
                    slot.1 = range;
                }
            }
            (Ok(at), None) => {
                self.ranges.remove(at);
            }
            (Err(at), Some(range)) => self.ranges.insert(at, (term, range)),
            (Err(_), None) => {}
        }
    }

    /// Narrows what is known of `term`; false if no value is left.
    fn narrow(&mut self, term: Term, change: impl FnOnce(&mut Range)) -> bool {
        let at = self.ranges.binary_search_by_key(&term, |(t, _)| *t);
        let mut range = match at {
            Ok(at) => self.ranges[at].1.clone(),
            Err(_) => Range::new(),
        };
        change(&mut range);
        range.tighten();
        let possible = !range.is_empty() && self.agrees(term, &range);
        match at {
            Ok(at) => self.ranges[at].1 = range,
            Err(at) if !range.is_trivial() => self.ranges.insert(at, (term, range)),
            Err(_) => {}
        }
        possible
    }

    /// Whether `term` being in `range` agrees with its known relations to other terms.
    fn agrees(&self, term: Term, range: &Range) -> bool {
        // Looking through many relations at each narrowing would cost too much.
        self.relations.iter().take(MAX_RELATIONS).all(|&((a, b), mask)| {
            let (other, mask) = match (a == term, b == term) {
                (true, false) => (b, mask),
                (false, true) => (a, turned(mask)),
                _ => return true,
            };
            self.range(other).is_none_or(|other| range.against(other) & mask != 0)
        })
    }

    fn relation(&self, a: Term, b: Term) -> u8 {
        if a == b {
            return EQUAL;
        }
        let (key, flip) = if a < b { ((a, b), false) } else { ((b, a), true) };
        let mask = match self.relations.binary_search_by_key(&key, |&(k, _)| k) {
            Ok(at) => self.relations[at].1,
            Err(_) => 7,
        };
        if flip { turned(mask) } else { mask }
    }

    /// Assumes that `a` relates to `b` as `mask` says; false if that is impossible.
    fn relate(&mut self, a: Term, b: Term, mask: u8) -> bool {
        let limits = |state: &Self, of: Term| {
            let range = state.range(of);
            range.map_or(Range::ALL, |range| (range.low, range.high))
        };
        let (x, y) = (limits(self, a), limits(self, b));
        // The range of each term restricts that of the other, if that one has a range.
        let within = |state: &mut Self, term: Term, mask: u8, (low, high): (i64, i64)| {
            state.range(term).is_none()
                || state.narrow(term, |range| {
                    if mask & GREATER == 0 {
                        let equal = i64::from(mask & EQUAL == 0);
                        range.high = range.high.min(high.saturating_sub(equal));
                    }
                    if mask & LESS == 0 {
                        let equal = i64::from(mask & EQUAL == 0);
                        range.low = range.low.max(low.saturating_add(equal));
                    }
                })
        };
        if a != b && !(within(self, a, mask, y) && within(self, b, turned(mask), x)) {
            return false;
        }
        let mask = self.relation(a, b) & mask;
        if a == b || mask == 0 {
            return mask != 0;
        }
        let (key, mask) = if a < b { ((a, b), mask) } else { ((b, a), turned(mask)) };
        match self.relations.binary_search_by_key(&key, |&(k, _)| k) {
            Ok(at) => {
                if let Some(slot) = self.relations.get_mut(at) {
                    slot.1 = mask;
                }
            }
            Err(at) => self.relations.insert(at, (key, mask)),
        }
        true
    }

    /// `val`, or the constant it is known to be.
    pub(crate) fn resolve(&self, terms: &Terms, val: Val) -> Val {
        let Val::Sym(term) = val else { return val };
        match terms.get(term) {
            TermData::Opaque { .. }
            | TermData::Entry(..)
            | TermData::Plus(..)
            | TermData::Pure(..) => match self.range(term) {
                Some(range) if range.low == range.high => Val::Int(range.low),
                _ => val,
            },
            TermData::Cmp(..) | TermData::IsNull(_) | TermData::Not(_) => {
                self.known(terms, term).map_or(val, |truth| Val::Int(i64::from(truth)))
            }
        }
    }

    /// Whether the truth value `val` is known to be true or false.
    pub(crate) fn truth(&self, terms: &Terms, val: Val) -> Option<bool> {
        match val {
            Val::Int(value) => Some(value != 0),
            Val::Sym(term) => self.known(terms, term),
            Val::Ptr(..) => None,
        }
    }

    fn known(&self, terms: &Terms, term: Term) -> Option<bool> {
        if let Some(range) = self.range(term) {
            if range.low == range.high {
                return Some(range.low != 0);
            }
            if !range.contains(0) {
                return Some(true);
            }
        }
        match terms.get(term) {
            TermData::Not(inner) => self.known(terms, inner).map(|truth| !truth),
            TermData::IsNull(root) => match self.object(root) {
                Some(object) if !object.nullable => Some(false),
                _ => None,
            },
            TermData::Cmp(pred, a, b) => self.compare(terms, pred, a, b),
            _ => None,
        }
    }

    /// Whether `a pred b` is known.
    pub(crate) fn compare(&self, terms: &Terms, pred: Pred, a: Val, b: Val) -> Option<bool> {
        let (a, b) = (self.resolve(terms, a), self.resolve(terms, b));
        let mask = match (a, b) {
            (Val::Int(a), Val::Int(b)) => mask_of(a, b),
            (Val::Sym(a), Val::Int(b)) => self.against(terms, a, b),
            (Val::Int(a), Val::Sym(b)) => turned(self.against(terms, b, a)),
            (Val::Sym(a), Val::Sym(b)) => {
                let mut mask = self.relation(a, b);
                if let (Some(x), Some(y)) = (self.range(a), self.range(b)) {
                    mask &= x.against(y);
                }
                mask
            }
            (Val::Ptr(r, Some(x)), Val::Ptr(s, Some(y))) if r == s => mask_of(x, y),
            (a, b) if self.are_apart(terms, a, b, true) => LESS | GREATER,
            (Val::Ptr(r, x), Val::Int(0)) if self.is_memory(r, x) => GREATER | LESS,
            (Val::Int(0), Val::Ptr(r, x)) if self.is_memory(r, x) => GREATER | LESS,
            _ => 7,
        };
        let wanted = match pred {
            Pred::Eq => EQUAL,
            Pred::Lt => LESS,
            Pred::Le => LESS | EQUAL,
        };
        if mask & !wanted == 0 {
            Some(true)
        } else if mask & wanted == 0 {
            Some(false)
        } else {
            None
        }
    }

    /// Whether the addresses `a` and `b` are of different memory: of different variables, or of an
    /// object and something that existed before it was allocated. If `strict`, two addresses that
    /// may both be null, and therefore equal, do not count.
    fn are_apart(&self, terms: &Terms, a: Val, b: Val, strict: bool) -> bool {
        let (Some((r, Some(_))), Some((s, Some(_)))) = (a.address(), b.address()) else {
            return false;
        };
        let variable = |root: Root| matches!(root, Root::Local(_) | Root::Global(_));
        let object = |root: Root| self.object(root).filter(|o| o.status.kind() == 0);
        let may_be_null = |root: Root| match root {
            Root::Object(_) => self.object(root).is_none_or(|o| o.nullable),
            Root::Term(_) => true,
            _ => false,
        };
        let apart = r != s
            && match (r, s) {
                (Root::Object(_), Root::Object(_)) => {
                    let life = |root: Root| {
                        let object = self.object(root)?;
                        // The holders of these may free them at any time.
                        let held = matches!(object.status, Status::Stored | Status::Escaped);
                        (!held).then_some(object.life)
                    };
                    matches!((life(r), life(s)), (Some(a), Some(b)) if a.0 <= b.1 && b.0 <= a.1)
                }
                (Root::Object(_), Root::Term(t)) => {
                    terms.is_of_entry(t) && object(r).is_some_and(|o| !o.old)
                }
                (Root::Term(t), Root::Object(_)) => {
                    terms.is_of_entry(t) && object(s).is_some_and(|o| !o.old)
                }
                (Root::Object(_), other) => object(r).is_some() && variable(other),
                (other, Root::Object(_)) => object(s).is_some() && variable(other),
                (r, s) => variable(r) && variable(s),
            };
        apart && !(strict && may_be_null(r) && may_be_null(s))
    }

    /// Whether an address into `root` cannot be null.
    fn is_memory(&self, root: Root, offset: Option<i64>) -> bool {
        match root {
            Root::Local(_) | Root::Global(_) | Root::Text(_) => true,
            Root::Object(_) => offset != Some(0) || self.object(root).is_some_and(|o| !o.nullable),
            Root::Term(_) => offset.is_some_and(|o| o != 0),
            Root::Aggregate(_) | Root::Return => false,
        }
    }

    /// How `term` may relate to the constant `k`.
    fn against(&self, terms: &Terms, term: Term, k: i64) -> u8 {
        let mut mask = self.range_of(terms, Val::Sym(term)).against(&Range::just(k));
        // Truth values are 0 or 1.
        if matches!(terms.get(term), TermData::Cmp(..) | TermData::IsNull(_) | TermData::Not(_)) {
            if k < 0 {
                mask &= GREATER;
            } else if k > 1 {
                mask &= LESS;
            }
        }
        mask
    }

    /// Assumes that `val` is `truth`; false if that is impossible.
    pub(crate) fn assume(&mut self, terms: &Terms, val: Val, truth: bool) -> bool {
        if let Some(known) = self.truth(terms, val) {
            return known == truth;
        }
        let Val::Sym(term) = val else { return true };
        match terms.get(term) {
            TermData::Not(inner) => self.assume(terms, Val::Sym(inner), !truth),
            TermData::IsNull(root) => {
                if truth {
                    self.nullify(root, terms);
                } else if let Some(object) = self.object_mut(root) {
                    object.nullable = false;
                }
                true
            }
            TermData::Cmp(pred, a, b) => self.assume_comparison(terms, term, (pred, a, b), truth),
            _ => self.assume_equal(terms, val, i64::from(truth)),
        }
    }

    /// Assumes that `val` is `k`; false if that is impossible.
    pub(crate) fn assume_equal(&mut self, terms: &Terms, val: Val, k: i64) -> bool {
        match self.resolve(terms, val) {
            Val::Int(value) => value == k,
            Val::Sym(term) => self.narrow(term, |range| {
                let possible = range.contains(k);
                (range.low, range.high) = if possible { (k, k) } else { (1, 0) };
            }),
            Val::Ptr(..) => true,
        }
    }

    /// Assumes that `val` is none of `labels`; false if that is impossible.
    pub(crate) fn assume_none(&mut self, terms: &Terms, val: Val, labels: &[i64]) -> bool {
        match self.resolve(terms, val) {
            Val::Int(value) => !labels.contains(&value),
            Val::Sym(term) => self.narrow(term, |range| {
                for &label in labels {
                    exclude(range, label);
                }
            }),
            Val::Ptr(..) => true,
        }
    }

    /// Assumes that `val` is in `range`; false if that is impossible.
    pub(crate) fn assume_range(&mut self, terms: &Terms, val: Val, range: &Range) -> bool {
        match self.resolve(terms, val) {
            Val::Int(value) => range.contains(value),
            Val::Sym(term) => self.narrow(term, |known| {
                known.low = known.low.max(range.low);
                known.high = known.high.min(range.high);
                for &hole in &range.holes {
                    exclude(known, hole);
                }
            }),
            Val::Ptr(root, offset) => {
                let null = range.contains(0);
                if (range.low, range.high) == (0, 0) {
                    if self.is_memory(root, offset) {
                        return false;
                    }
                    if matches!(root, Root::Object(_)) {
                        self.nullify(root, terms);
                    }
                } else if !null
                    && offset == Some(0)
                    && let Some(object) = self.object_mut(root)
                {
                    object.nullable = false;
                }
                true
            }
        }
    }

    fn assume_comparison(
        &mut self,
        terms: &Terms,
        term: Term,
        (pred, a, b): (Pred, Val, Val),
        truth: bool,
    ) -> bool {
        let mask = match pred {
            Pred::Eq => EQUAL,
            Pred::Lt => LESS,
            Pred::Le => LESS | EQUAL,
        };
        let mask = if truth { mask } else { 7 & !mask };
        match (self.resolve(terms, a), self.resolve(terms, b)) {
            (Val::Sym(a), Val::Int(k)) => self.narrow(a, |range| bound(range, mask, k)),
            (Val::Int(k), Val::Sym(b)) => self.narrow(b, |range| bound(range, turned(mask), k)),
            (Val::Sym(a), Val::Sym(b)) => self.relate(a, b, mask),
            // Equal only if both are null.
            (a, b) if mask == EQUAL && self.are_apart(terms, a, b, false) => {
                for val in [a, b] {
                    match val {
                        Val::Ptr(root @ Root::Object(_), _) => self.nullify(root, terms),
                        Val::Sym(_) if !self.assume_equal(terms, val, 0) => return false,
                        _ => {}
                    }
                }
                true
            }
            _ => {
                let k = i64::from(truth);
                self.narrow(term, |range| (range.low, range.high) = (k, k))
            }
        }
    }
}

fn mask_of(a: i64, b: i64) -> u8 {
    match a.cmp(&b) {
        std::cmp::Ordering::Less => LESS,
        std::cmp::Ordering::Equal => EQUAL,
        std::cmp::Ordering::Greater => GREATER,
    }
}

/// The relation with its operands swapped.
fn turned(mask: u8) -> u8 {
    (mask & EQUAL)
        | if mask & LESS != 0 { GREATER } else { 0 }
        | if mask & GREATER != 0 { LESS } else { 0 }
}

/// Restricts `range` to values that relate to `k` as `mask` says.
fn bound(range: &mut Range, mask: u8, k: i64) {
    if mask & LESS == 0 {
        range.low = range.low.max(k);
    }
    if mask & GREATER == 0 {
        range.high = range.high.min(k);
    }
    if mask & EQUAL == 0 {
        exclude(range, k);
    }
}

fn exclude(range: &mut Range, k: i64) {
    if k == range.low && k < range.high {
        range.low += 1;
    } else if k == range.high && range.low < k {
        range.high -= 1;
    } else if range.contains(k) && (range.low == range.high || range.holes.len() < MAX_HOLES) {
        let at = range.holes.partition_point(|&hole| hole < k);
        range.holes.insert(at, k);
    }
}
