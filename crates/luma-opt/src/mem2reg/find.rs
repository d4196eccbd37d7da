//! The variables of a function, and where they are used.

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Block, Context, Dominators, Entity, Function, Op, Region, Type, Value};
use rustc_hash::FxHashMap;

/// A number of a variable: an index of [`Variables::list`].
pub(super) type Number = u32;

/// A `luma.local` and what is done with it.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) local: Op,
    pub(super) place: Value,
    /// What it holds.
    pub(super) ty: Type,
    /// Whether it can become a value, as far as its uses go.
    pub(super) fits: bool,
    /// What writes it: stores and zeroings.
    pub(super) writes: Vec<Op>,
    /// The blocks of the body that write it, or hold what does, or hold the `luma.local`.
    pub(super) blocks: Vec<Block>,
    /// Whether more than one block of the body uses it.
    pub(super) is_shared: bool,
    /// Where it was seen first.
    home: Option<(Block, Barrier)>,
}

/// What an operation is inside of, as far as values cannot flow there from outside: a number of the
/// nearest `luma.defer`.
type Barrier = u32;

/// In no `luma.defer`.
const OPEN: Barrier = 0;
/// In code that cannot be reached, or in an operation whose regions mean something unknown.
const UNKNOWN: Barrier = u32::MAX;

/// The variables of a function.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub(super) list: Vec<Variable>,
    /// The number of each by the index of its place.
    of: Vec<Option<Number>>,
    /// The variables that the regions of an operation write, and that are declared outside of it,
    /// in ascending order.
    written: FxHashMap<Op, Vec<Number>>,
}

impl Variables {
    /// The number of the variable at `place`, if it can become a value.
    pub(super) fn at(&self, place: Value) -> Option<Number> {
        self.of[place.index()].filter(|&number| self.list[number as usize].fits)
    }

    /// The variable at `value`, if it is a place of one, which is used in the block `top` of the body.
    fn seen(&mut self, value: Value, top: Block, barrier: Barrier) -> Option<&mut Variable> {
        let number = self.of[value.index()]?;
        let variable = &mut self.list[number as usize];
        let &mut (first, around) = variable.home.get_or_insert((top, barrier));
        variable.is_shared |= first != top;
        variable.fits &= around == barrier && barrier != UNKNOWN;
        Some(variable)
    }

    /// The variables that the regions of `op` write and that are declared outside of it.
    pub(super) fn written(&self, op: Op) -> &[Number] {
        self.written.get(&op).map_or(&[], Vec::as_slice)
    }
}

/// Finds them. `tree` is that of the body, if it has several blocks.
pub(super) fn variables(context: &Context, f: &Function, tree: Option<&Dominators>) -> Variables {
    let mut variables = Variables { of: vec![None; f.value_count()], ..Variables::default() };
    f.walk(&mut |op| {
        let Some(local) = luma::Local::cast(f, op) else { return };
        let place = local.result(f);
        let element = context.element(f.value_type(place));
        let Some(ty) = element.filter(|&ty| !context.is_aggregate(ty)) else { return };
        variables.of[place.index()] = Some(variables.list.len() as Number);
        variables.list.push(Variable {
            local: op,
            place,
            ty,
            fits: true,
            writes: Vec::new(),
            blocks: Vec::new(),
            is_shared: false,
            home: None,
        });
    });
    if variables.list.is_empty() {
        return variables;
    }
    let mut stack: Vec<(Op, Barrier)> = Vec::new();
    for &top in f.blocks(f.body()) {
        let reachable = tree.is_none_or(|tree| tree.is_reachable(top));
        stack.extend(f.first(top).map(|op| (op, if reachable { OPEN } else { UNKNOWN })));
        while let Some((op, barrier)) = stack.pop() {
            stack.extend(f.next(op).map(|next| (next, barrier)));
            look(f, &mut variables, op, top, barrier);
            let inside = match f.op_name(op) {
                _ if barrier == UNKNOWN => UNKNOWN,
                luma::If::NAME | luma::Switch::NAME | luma::Loop::NAME | luma::Block::NAME => {
                    barrier
                }
                luma::Defer::NAME => op.index() as Barrier + 1,
                _ => UNKNOWN,
            };
            for &region in f.op_regions(op) {
                for &block in f.blocks(region) {
                    stack.extend(f.first(block).map(|op| (op, inside)));
                }
            }
        }
    }
    record_writes(f, &mut variables);
    variables
}

/// Notes how `op`, somewhere in the block `top` of the body, uses variables.
fn look(f: &Function, variables: &mut Variables, op: Op, top: Block, barrier: Barrier) {
    let name = f.op_name(op);
    if name == luma::Local::NAME {
        for &place in f.results(op) {
            if let Some(variable) = variables.seen(place, top, barrier) {
                variable.blocks.push(top);
            }
        }
    }
    for (i, &value) in f.operands(op).iter().enumerate() {
        let Some(variable) = variables.seen(value, top, barrier) else { continue };
        match (name, i) {
            (luma::Load::NAME, _) => {}
            (luma::Store::NAME, 1) | (luma::Zero::NAME, _) => {
                variable.writes.push(op);
                if variable.blocks.last() != Some(&top) {
                    variable.blocks.push(top);
                }
            }
            _ => variable.fits = false,
        }
    }
    for &value in f.successor_args(op) {
        if let Some(variable) = variables.seen(value, top, barrier) {
            variable.fits = false;
        }
    }
}

/// Fills in what is written in the regions of which operation.
fn record_writes(f: &Function, variables: &mut Variables) {
    let Variables { list, written, .. } = variables;
    for (number, variable) in list.iter().enumerate().filter(|(_, variable)| variable.fits) {
        let number = number as Number;
        let region_of = |op: Op| f.parent(op).map(|block| f.block_region(block));
        let home: Option<Region> = region_of(variable.local);
        for &write in &variable.writes {
            let mut at = region_of(write);
            while at != home {
                let Some(outer) = at.and_then(|region| f.region_op(region)) else {
                    never!("a variable is written where it is not visible");
                    break;
                };
                let numbers = written.entry(outer).or_default();
                if numbers.last() == Some(&number) {
                    break;
                }
                numbers.push(number);
                at = region_of(outer);
            }
        }
    }
}
