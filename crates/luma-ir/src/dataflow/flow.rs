//! Where control and values go from an operation, read off the [`Control`] of its definition.

use luma_diagnostics::OrNever as _;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use crate::context::Context;
use crate::dialect::Control;
use crate::dialects::attr;
use crate::entity::{Block, Entity, Op, Region, Value};
use crate::function::Function;

/// Control flow of one function: its targets, loops and deferred regions.
#[derive(Debug)]
pub struct Flow<'a> {
    context: &'a Context,
    f: &'a Function,
    /// The loop whose `break` and `continue` may stand in a region; regions without one are absent.
    loops: FxHashMap<Region, Op>,
    /// The deferring operations of a region, in order.
    defers: FxHashMap<Region, Vec<Op>>,
    /// How many of them stand before an operation in its region; empty if there are none at all.
    behind: Vec<u32>,
}

/// One way control can go from an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// The destination.
    pub to: Goal,
    /// How the region of the operation is left, if it is.
    pub way: Option<Way>,
    /// The successor it stands for.
    successor: Option<u32>,
}

/// A destination of control.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Goal {
    /// To the start of a block.
    Block(Block),
    /// To what follows an operation with regions.
    After(Op),
    /// To any of the targets of an operation with regions whose table does not say how they run.
    Again(Op),
    /// From deferred code to what had been under way.
    Resume,
    /// Out of the function.
    Exit,
}

/// How a region is left. With the region, that says where control goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    /// At its end, to the target of that index.
    End(u32),
    /// Out of the nearest loop.
    Break,
    /// To the next turn of the nearest loop.
    Continue,
    /// Out of the function.
    Return,
}

impl<'a> Flow<'a> {
    /// Looks `f` over once.
    pub fn new(context: &'a Context, f: &'a Function) -> Self {
        let mut flow = Self {
            context,
            f,
            loops: FxHashMap::default(),
            defers: FxHashMap::default(),
            behind: Vec::new(),
        };
        let mut deferring = false;
        // Operations come before what is inside them.
        f.walk(&mut |op| {
            let control = flow.control(op);
            deferring |= control == Control::Deferred;
            let inherited = match control {
                Control::Loop => Some(op),
                Control::Deferred => None,
                _ => flow.region(op).and_then(|region| flow.loops.get(&region).copied()),
            };
            if let Some(inherited) = inherited {
                for &region in f.op_regions(op) {
                    flow.loops.insert(region, inherited);
                }
            }
        });
        if deferring {
            flow.count_defers();
        }
        flow
    }

    fn count_defers(&mut self) {
        let f = self.f;
        self.behind = vec![0; f.op_capacity()];
        f.walk(&mut |op| {
            let Some(region) = self.region(op) else { return };
            if self.control(op) == Control::Deferred {
                self.defers.entry(region).or_default().push(op);
            }
            let count = self.defers.get(&region).map_or(0, Vec::len);
            if let Some(slot) = self.behind.get_mut(op.index()) {
                *slot = count as u32;
            }
        });
    }

    /// The function.
    pub fn function(&self) -> &'a Function {
        self.f
    }

    /// Names, types and operations.
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// The control-flow behaviour of `op`.
    pub fn control(&self, op: Op) -> Control {
        self.context.op_def(self.f.op_name(op)).control
    }

    /// Whether control may go elsewhere from `op` than to the operation after it.
    pub fn stops(&self, op: Op) -> bool {
        let def = self.context.op_def(self.f.op_name(op));
        def.traits.terminator
            || (!self.f.op_regions(op).is_empty() && def.control != Control::Deferred)
    }

    /// The deferring operations of `region`, in order.
    pub fn defers(&self, region: Region) -> &[Op] {
        self.defers.get(&region).map_or(&[], Vec::as_slice)
    }

    /// How many deferring operations of its region stand before `op`.
    pub fn defers_before(&self, op: Op) -> u32 {
        self.behind.get(op.index()).copied().unwrap_or(0)
    }

    /// The region `op` stands in.
    pub fn region(&self, op: Op) -> Option<Region> {
        Some(self.f.block_region(self.f.parent(op)?))
    }

    /// Where control can go from `op`, a terminator or an operation with regions.
    pub fn targets(&self, op: Op) -> SmallVec<[Target; 2]> {
        let f = self.f;
        if !f.successors(op).is_empty() {
            let blocks = f.successors(op).iter().map(|successor| Goal::Block(successor.block));
            let targets = blocks.zip(0..);
            return targets.map(|(to, at)| Target { to, way: None, successor: Some(at) }).collect();
        }
        let regions = f.op_regions(op);
        if !regions.is_empty() {
            let enter = |region: &Region| Target::stay(self.entry(*region, op));
            let first = || regions.iter().take(1).map(enter).collect();
            return match self.control(op) {
                Control::Scope | Control::Loop => first(),
                Control::Branch => {
                    let mut targets: SmallVec<[Target; 2]> = regions.iter().map(enter).collect();
                    if regions.len() == 1 && f.op_attribute(op, attr::CASES).is_none() {
                        targets.push(Target::stay(Goal::After(op)));
                    }
                    targets
                }
                _ => {
                    let after = Target::stay(Goal::After(op));
                    regions.iter().map(enter).chain([after]).collect()
                }
            };
        }
        let Some(region) = self.region(op) else { return SmallVec::new() };
        let leave = |to: Goal, way: Way| smallvec![Target { to, way: Some(way), successor: None }];
        match self.control(op) {
            Control::Return => leave(Goal::Exit, Way::Return),
            Control::Unreachable => SmallVec::new(),
            Control::Break => match self.loops.get(&region) {
                Some(&outer) => leave(Goal::After(outer), Way::Break),
                None => SmallVec::new(),
            },
            Control::Continue => match self.loops.get(&region) {
                Some(&outer) => leave(self.next_turn(outer), Way::Continue),
                None => SmallVec::new(),
            },
            _ if f.region_op(region).is_none() => leave(Goal::Exit, Way::Return),
            _ => self
                .ends(region)
                .iter()
                .zip(0..)
                .map(|(&to, at)| Target { to, way: Some(Way::End(at)), successor: None })
                .collect(),
        }
    }

    /// Where control can go from the end of `region`.
    pub fn ends(&self, region: Region) -> SmallVec<[Goal; 2]> {
        let f = self.f;
        let Some(op) = f.region_op(region) else { return smallvec![Goal::Exit] };
        let regions = f.op_regions(op);
        // Not for branches, which may have thousands of regions.
        let position = || {
            let at = regions.iter().position(|&r| r == region);
            at.or_never(0, "a region is one of its operation's")
        };
        let enter = |at: usize| regions.get(at).map(|&region| self.entry(region, op));
        match self.control(op) {
            Control::Scope => smallvec![enter(position() + 1).unwrap_or(Goal::After(op))],
            Control::Branch => smallvec![Goal::After(op)],
            Control::Deferred => smallvec![Goal::Resume],
            Control::Loop => {
                let at = position();
                let again = enter(at + 1).or_else(|| enter(0)).unwrap_or(Goal::After(op));
                if at == 0 { smallvec![again, Goal::After(op)] } else { smallvec![again] }
            }
            _ => smallvec![Goal::Again(op)],
        }
    }

    /// Where `continue` goes in the loop `op`.
    fn next_turn(&self, op: Op) -> Goal {
        let region = match self.f.op_regions(op) {
            [_, _, third, ..] => third,
            [first, ..] => first,
            [] => return Goal::After(op),
        };
        self.entry(*region, op)
    }

    /// Where control goes when it leaves `region`, which belongs to `op`, by a jump; `None` if it
    /// leaves what is around `op` as well.
    pub(super) fn caught(&self, op: Op, way: Way) -> Option<Goal> {
        match way {
            _ if self.control(op) != Control::Loop => None,
            Way::Break => Some(Goal::After(op)),
            Way::Continue => Some(self.next_turn(op)),
            Way::End(_) | Way::Return => None,
        }
    }

    fn entry(&self, region: Region, op: Op) -> Goal {
        self.f.blocks(region).first().map_or(Goal::After(op), |&block| Goal::Block(block))
    }

    /// What control takes along from `op` to `target`: values, and the block arguments or results
    /// that become them. Where the first list is empty and the second is not, nothing is known of
    /// what the second become.
    pub fn handed(&self, op: Op, target: &Target) -> (&'a [Value], &'a [Value]) {
        let f = self.f;
        let to = match target.to {
            Goal::Block(block) => f.block_args(block),
            Goal::After(after) => f.results(after),
            Goal::Again(_) | Goal::Resume | Goal::Exit => return (&[], &[]),
        };
        let from = match target.successor {
            Some(at) => f.successors(op).get(at as usize).map_or(&[][..], |s| s.args),
            None if self.is_vague(op, target) => &[],
            None => {
                let operands = f.operands(op);
                operands.get(operands.len().wrapping_sub(to.len())..).unwrap_or(&[])
            }
        };
        if from.len() == to.len() { (from, to) } else { (&[], to) }
    }

    /// Whether the table does not say what is handed over: `op` or what it ends is undeclared.
    fn is_vague(&self, op: Op, target: &Target) -> bool {
        let outer = match target.way {
            None => Some(op),
            Some(_) => self.region(op).and_then(|region| self.f.region_op(region)),
        };
        outer.is_none_or(|outer| self.control(outer) == Control::Unknown)
    }

    /// The target of a `Control::Branch` operation, or of the end of the first region of a loop,
    /// that is taken when the value that chooses is `value` (1 or 0 for an `i1`).
    pub fn chosen(&self, op: Op, value: i64) -> Option<usize> {
        let f = self.f;
        if let Some(cases) = f.op_attribute(op, attr::CASES).and_then(|a| a.as_array()) {
            let has = |case: &crate::Attribute| {
                let labels = case.as_array().unwrap_or_default();
                labels.iter().any(|label| label.as_int() == Some(value))
            };
            return Some(cases.iter().position(has).map_or(0, |arm| arm + 1));
        }
        let &chooses = self.chooser(op).as_ref()?;
        (f.value_type(chooses) == crate::Type::I1).then_some(usize::from(value & 1 == 0))
    }

    /// The value that chooses between the targets of `op`, if one does.
    pub fn chooser(&self, op: Op) -> Option<Value> {
        let f = self.f;
        let chooses = match self.control(op) {
            Control::Branch => true,
            Control::Yield => {
                let region = self.region(op)?;
                let outer = f.region_op(region)?;
                self.control(outer) == Control::Loop && f.op_regions(outer).first() == Some(&region)
            }
            _ => false,
        };
        if chooses { f.operands(op).first().copied() } else { None }
    }
}

impl Target {
    fn stay(to: Goal) -> Self {
        Self { to, way: None, successor: None }
    }
}
