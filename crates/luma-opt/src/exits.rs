//! What leaves what, and what cannot stay structured: found for every structured operation of a
//! function in one walk.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Context, Entity, Function, Op, Region};
use rustc_hash::FxHashMap;

/// How much of a function to flatten. Whatever is around something flattened is flattened too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// What encloses an exit that runs deferred code.
    Defers,
    /// What the lowering to MLIR needs as blocks: what has a region that does not end with
    /// `luma.yield`, what carries values that scf cannot, and what MLIR handles badly as scf.
    Lowering,
    /// Everything.
    All,
}

/// A way to leave a region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// `luma.return`
    Return,
    /// `luma.break`
    Break,
    /// `luma.continue`, or the end of the body of a loop.
    Continue,
    /// The end of any other region.
    End,
}

/// Structured operations may be nested in each other so many levels deep: the passes of MLIR recurse
/// on regions.
const MOST_LEVELS: u32 = 64;
/// The largest product of the number of structured operations in a block and the number of all
/// operations in it. The conversion of scf moves whatever follows an operation to a new block, one
/// operation at a time, so its time and memory grow with this product.
const MOST_MOVES: u64 = 1 << 14;

/// What an operation holds, as a set.
type Flags = u8;
/// Must be flattened.
const FLAT: Flags = 1;
/// Holds a break or continue of a loop around it: must be flattened when that loop is.
const LEAVES_LOOP: Flags = 2;
/// Holds a `luma.defer`.
const DEFERS: Flags = 4;
/// Holds a `luma.block`.
const BLOCKS: Flags = 8;

/// The exits that run a `luma.defer`.
#[derive(Clone, Copy, Default, Debug)]
struct Runs {
    /// How many, by kind.
    exits: [u32; 4],
    /// How many times its code is still to be put somewhere.
    copies: u32,
    /// There is a `luma.defer` inside.
    nested: bool,
}

/// The exits of one function.
#[derive(Debug, Default)]
pub(crate) struct Exits {
    flags: Vec<Flags>,
    runs: FxHashMap<Op, Runs>,
    /// Some deferred code is too intricate to copy; see [`Exits::is_hub`].
    pub(crate) has_hubs: bool,
    /// There is nothing to flatten, lower or inline.
    pub(crate) idle: bool,
}

impl Exits {
    /// Finds them.
    pub(crate) fn of(context: &Context, f: &Function, extent: Extent) -> Self {
        let exits = Self { flags: vec![0; f.op_capacity()], ..Self::default() };
        let mut finder =
            Finder { context, f, extent, exits, pending: Vec::new(), loops: Vec::new() };
        let found = finder.region(f.body(), false).flags;
        let mut exits = finder.exits;
        for runs in exits.runs.values_mut() {
            runs.copies = runs.exits.iter().filter(|&&count| count > 0).count() as u32;
            exits.has_hubs |= runs.nested && runs.copies > 1;
        }
        let blocks = extent != Extent::Defers && found & BLOCKS != 0;
        exits.idle = found & (FLAT | DEFERS) == 0 && !blocks;
        exits
    }

    /// Whether `op` must be flattened, inside a loop that is flattened or not.
    pub(crate) fn is_flat(&self, op: Op, in_flat_loop: bool) -> bool {
        let flags = self.flags(op);
        flags & FLAT != 0 || (in_flat_loop && flags & LEAVES_LOOP != 0)
    }

    /// Whether there is something to lower or inline inside `op`.
    pub(crate) fn has_work(&self, op: Op) -> bool {
        self.flags(op) & (DEFERS | BLOCKS) != 0
    }

    /// How many exits of a kind run the code of `defer`.
    pub(crate) fn count(&self, defer: Op, kind: Kind) -> u32 {
        self.runs[&defer].exits[kind as usize]
    }

    /// Whether the code of `defer` stands once and finds its way back by a selector. Other code is
    /// copied for each kind of exit, but copies of code that itself defers would multiply with
    /// every level of nesting.
    pub(crate) fn is_hub(&self, defer: Op) -> bool {
        let runs = &self.runs[&defer];
        runs.nested && runs.exits.iter().filter(|&&count| count > 0).count() > 1
    }

    /// Counts one use of the code of `defer`; whether it is the last.
    pub(crate) fn is_last_use(&mut self, defer: Op) -> bool {
        let runs = self.runs.entry(defer).or_default();
        let left = runs.copies.checked_sub(1);
        runs.copies = left.or_never(0, "code is put no more often than exits run it");
        runs.copies == 0
    }

    /// Makes known that `copy` holds what `op` holds.
    pub(crate) fn copied(&mut self, op: Op, copy: Op) {
        let flags = self.flags(op);
        if flags != 0 {
            if self.flags.len() <= copy.index() {
                self.flags.resize(copy.index() + 1, 0);
            }
            self.flags[copy.index()] = flags;
        }
    }

    fn flags(&self, op: Op) -> Flags {
        self.flags.get(op.index()).copied().unwrap_or(0)
    }
}

/// What a region holds.
#[derive(Default)]
struct Found {
    flags: Flags,
    /// How many levels deep structured operations are nested in it.
    levels: u32,
    /// How many operations stand in it and in the `luma.block`s in it.
    ops: u64,
    /// The structured operations among them, but for those blocks.
    structured: Vec<Op>,
}

struct Finder<'a> {
    context: &'a Context,
    f: &'a Function,
    extent: Extent,
    exits: Exits,
    /// The defers registered at this point, outermost first.
    pending: Vec<Op>,
    /// How many were at the start of the body of each enclosing loop.
    loops: Vec<usize>,
}

impl Finder<'_> {
    /// Reads `region`.
    fn region(&mut self, region: Region, is_loop_body: bool) -> Found {
        let f = self.f;
        let start = self.pending.len();
        let mut found = Found::default();
        let mut ends = false;
        for &block in f.blocks(region) {
            let structured_before = found.structured.len();
            let ops_before = found.ops;
            for op in f.block_ops(block) {
                found.ops += 1;
                found.flags |= match f.op_name(op) {
                    luma::Defer::NAME => self.defer(op),
                    luma::If::NAME | luma::Switch::NAME | luma::Block::NAME | luma::Loop::NAME => {
                        self.structured(op, &mut found)
                    }
                    luma::Yield::NAME if is_loop_body => {
                        self.exit(Kind::Continue);
                        0
                    }
                    luma::Yield::NAME => {
                        ends = true;
                        0
                    }
                    luma::Return::NAME => self.jump(Kind::Return, region),
                    luma::Break::NAME => self.jump(Kind::Break, region),
                    luma::Continue::NAME => self.jump(Kind::Continue, region),
                    luma::Unreachable::NAME
                        if self.extent != Extent::Defers && region != f.body() =>
                    {
                        FLAT
                    }
                    _ => 0,
                };
            }
            let structured = &found.structured[structured_before..];
            let moves = (found.ops - ops_before).saturating_mul(structured.len() as u64);
            if self.extent == Extent::Lowering && moves > MOST_MOVES {
                for &op in structured {
                    self.mark(op, FLAT);
                }
                found.flags |= FLAT;
            }
        }
        self.close(start, ends);
        found
    }

    /// Reads a structured operation for `outer`, the region it stands in: what it holds.
    fn structured(&mut self, op: Op, outer: &mut Found) -> Flags {
        let f = self.f;
        let is_block = f.op_name(op) == luma::Block::NAME;
        let is_loop = f.op_name(op) == luma::Loop::NAME;
        let mut flags = if is_block { BLOCKS } else { 0 };
        let mut levels = 0;
        for (i, &region) in f.op_regions(op).iter().enumerate() {
            let is_loop_body = is_loop && i == 1;
            if is_loop_body {
                self.loops.push(self.pending.len());
            }
            let mut found = self.region(region, is_loop_body);
            if is_loop_body {
                self.loops.pop();
                found.flags &= !LEAVES_LOOP;
            }
            flags |= found.flags;
            levels = found.levels.max(levels);
            if is_block {
                // It dissolves: what is in it will be in the block it stands in.
                outer.ops += found.ops;
                outer.structured.append(&mut found.structured);
            }
        }
        if !is_block {
            levels += 1;
            outer.structured.push(op);
        }
        outer.levels = levels.max(outer.levels);
        // scf would carry the addresses of structs and arrays, whose contents the next round of the
        // loop changes.
        let carries = || f.results(op).iter().any(|&v| self.context.is_aggregate(f.value_type(v)));
        let is_flat = match self.extent {
            Extent::Defers => false,
            Extent::Lowering => levels > MOST_LEVELS || (is_loop && carries()),
            Extent::All => true,
        };
        if is_flat {
            flags |= FLAT;
        }
        self.mark(op, flags);
        flags
    }

    fn mark(&mut self, op: Op, flags: Flags) {
        self.exits.flags[op.index()] |= flags;
    }

    fn defer(&mut self, op: Op) -> Flags {
        let mut found = 0;
        for &region in self.f.op_regions(op) {
            found |= self.region(region, false).flags;
        }
        let nested = found & DEFERS != 0;
        self.exits.runs.entry(op).or_default().nested = nested;
        self.pending.push(op);
        found | DEFERS
    }

    fn jump(&mut self, kind: Kind, region: Region) -> Flags {
        let crosses = self.exit(kind);
        let leaves_loop = if kind == Kind::Return { 0 } else { LEAVES_LOOP };
        // A return in the body of the function is where that ends anyway.
        let leaves = region != self.f.body();
        let flat = leaves && (crosses || self.extent != Extent::Defers);
        leaves_loop | if flat { FLAT } else { 0 }
    }

    /// Counts an exit at the innermost defer it runs; whether it runs any.
    fn exit(&mut self, kind: Kind) -> bool {
        let base = match kind {
            Kind::Return => 0,
            _ => self.loops.last().copied().or_never(0, "jumps are in loops"),
        };
        match self.pending.last() {
            Some(defer) if self.pending.len() > base => {
                self.exits.runs.entry(*defer).or_default().exits[kind as usize] += 1;
                true
            }
            _ => false,
        }
    }

    /// At the end of a region: exits that run an inner defer run the ones around it too.
    fn close(&mut self, start: usize, ends: bool) {
        let base = self.loops.last().copied().unwrap_or(0);
        while self.pending.len() > start
            && let Some(defer) = self.pending.pop()
        {
            let runs = self.exits.runs.entry(defer).or_default();
            runs.exits[Kind::End as usize] = u32::from(ends);
            let exits = runs.exits;
            let Some(&outer) = self.pending.last() else { continue };
            let in_loop = self.pending.len() > base;
            let outer = &mut self.exits.runs.entry(outer).or_default().exits;
            outer[Kind::Return as usize] += exits[Kind::Return as usize];
            if in_loop {
                outer[Kind::Break as usize] += exits[Kind::Break as usize];
                outer[Kind::Continue as usize] += exits[Kind::Continue as usize];
            }
        }
    }
}
