//! Puts copies of bodies in place of calls.

use luma_ir::dialects::{luma, own};
use luma_ir::{
    Attribute, Block, Builder, CallSite, Entity, Function, Loc, Op, OpParts, Region, Successor,
    Symbol, Value, callee,
};
use luma_pass::PassContext;
use rustc_hash::FxHashMap;

use super::Form;
use crate::erase_ownership::shorten;
use crate::flatten::arrange_blocks;

/// The work on one caller.
pub(super) struct Splicer<'a> {
    cx: &'a PassContext<'a>,
    f: &'a mut Function,
    /// How often each value is used, by index.
    uses: Vec<u32>,
    /// By result of a call that is going to be replaced: the `own.take` of it from the callee.
    takes: FxHashMap<Value, Op>,
    /// Results that have gone, and the values in their place.
    replaced: FxHashMap<Value, Value>,
    /// Whether the body got new blocks.
    split: bool,
}

impl<'a> Splicer<'a> {
    /// To replace the calls `chosen`.
    pub(super) fn new(
        cx: &'a PassContext<'a>,
        f: &'a mut Function,
        chosen: &[(Op, Symbol)],
    ) -> Self {
        let mut uses = Vec::new();
        let mut takes = FxHashMap::default();
        if !chosen.is_empty() {
            uses = vec![0; f.value_count()];
            f.walk(&mut |op| {
                let args = f.successors(op).iter().flat_map(|successor| &successor.args);
                for value in f.operands(op).iter().chain(args) {
                    uses[value.index()] += 1;
                }
                if let (own::Take::NAME, &[value]) = (f.op_name(op), f.operands(op)) {
                    takes.insert(value, op);
                }
            });
        }
        Self { cx, f, uses, takes, replaced: FxHashMap::default(), split: false }
    }

    /// Puts a copy of the body of `source` in place of `call`.
    pub(super) fn replace(&mut self, call: Op, source: &Function, form: Form) {
        let Some(entry) = source.entry() else { return };
        let mut copy = BodyCopy {
            cx: self.cx,
            source,
            site: CallSite::new(source, self.f.loc(call)),
            values: FxHashMap::default(),
            blocks: FxHashMap::default(),
            left_out: FxHashMap::default(),
            made: Vec::new(),
            regions: Vec::new(),
        };
        self.hand_over(call, entry, &mut copy);
        match form {
            Form::None => {}
            Form::Straight => self.in_place(call, entry, copy),
            Form::Graph(returns) => self.split(call, entry, returns, copy),
        }
    }

    /// Matches arguments and parameters, and takes out what hands ownership between the two.
    fn hand_over(&mut self, call: Op, entry: Block, copy: &mut BodyCopy<'_>) {
        let name = callee(self.f, call);
        let mut taken: Vec<Value> = Vec::new();
        for (index, arg) in self.f.operands(call).to_vec().into_iter().enumerate() {
            let Some(&param) = copy.source.block_args(entry).get(index) else { continue };
            let mut value = arg;
            if let Some(give) = self.f.def_op(arg)
                && self.f.op_name(give) == own::Give::NAME
                && is_transfer(self.cx, self.f, give, "to", "callee", name)
                && self.uses.get(arg.index()) == Some(&1)
                && let Some(&given) = self.f.operands(give).first()
            {
                self.f.detach(give);
                value = given;
                taken.push(param);
            }
            copy.values.insert(param, value);
        }
        let mut returned = false;
        if let Some(&result) = self.f.results(call).first()
            && let Some(&take) = self.takes.get(&result)
            && is_transfer(self.cx, self.f, take, "from", "callee", name)
            && let Some(&named) = self.f.results(take).first()
        {
            self.f.detach(take);
            self.replaced.insert(named, result);
            returned = true;
        }
        if taken.is_empty() && !returned {
            return;
        }
        let (cx, source) = (self.cx, copy.source);
        source.walk(&mut |op| {
            let (&[from], &[to]) = (source.operands(op), source.results(op)) else { return };
            let goes = match source.op_name(op) {
                own::Take::NAME => {
                    taken.contains(&from) && is_transfer(cx, source, op, "from", "caller", None)
                }
                own::Give::NAME => returned && is_transfer(cx, source, op, "to", "caller", None),
                _ => false,
            };
            if goes {
                copy.left_out.insert(to, from);
            }
        });
        shorten(&mut copy.left_out);
    }

    /// One block that returns at its end: what is before that stands before the call.
    fn in_place(&mut self, call: Op, entry: Block, mut copy: BodyCopy<'_>) {
        let source = copy.source;
        for op in source.block_ops(entry) {
            if source.op_name(op) != luma::Return::NAME && !copy.leaves_out(op) {
                let made = copy.shell(self.f, op);
                self.f.insert_before(made, call);
            }
        }
        copy.finish(self.f);
        let end = source.last(entry);
        let returned = end.and_then(|end| source.operands(end).first().copied());
        if let (Some(returned), Some(&result)) = (returned, self.f.results(call).first()) {
            self.replaced.insert(result, copy.value(returned));
        }
        self.f.detach(call);
    }

    /// A graph of blocks: the block of the call goes on with the entry, and what follows the call is
    /// a block that returns branch to.
    fn split(&mut self, call: Op, entry: Block, returns: usize, mut copy: BodyCopy<'_>) {
        let (source, body) = (copy.source, self.f.body());
        let (Some(block), Some(rest)) = (self.f.parent(call), self.f.next(call)) else { return };
        self.split = true;
        let behind = self.f.add_block(body);
        self.f.move_tail(rest, behind);
        let loc = self.cx.derive(self.f.loc(call));
        let result = self.f.results(call).first().copied();
        self.f.detach(call);

        // With one return, what it returns is there in all that follows.
        let result = result.filter(|_| returns > 1);
        let slot = result
            .map(|result| self.f.value_type(result))
            .filter(|&ty| self.cx.context.is_aggregate(ty))
            .map(|ty| {
                let mut b = Builder::at_end(self.cx.context, self.f, block, loc);
                let place = self.cx.context.place(ty);
                luma::Local::build(&mut b, place).result(b.func)
            });
        if let Some(result) = result {
            let ty = self.f.value_type(result);
            let value = match (slot, self.f.first(behind)) {
                (Some(slot), Some(first)) => {
                    let mut b = Builder::before(self.cx.context, self.f, first);
                    b.loc = loc;
                    luma::Load::build(&mut b, slot, ty).result(b.func)
                }
                _ => self.f.add_arg(behind, ty),
            };
            self.replaced.insert(result, value);
        }

        copy.blocks.insert(entry, block);
        for &from in source.blocks(source.body()) {
            if from != entry {
                let to = self.f.add_block(body);
                copy.blocks.insert(from, to);
                copy.arguments(self.f, from, to);
            }
        }
        let mut ends: Vec<(Block, Op)> = Vec::new();
        for &from in source.blocks(source.body()) {
            let Some(&to) = copy.blocks.get(&from) else { continue };
            for op in source.block_ops(from) {
                if source.op_name(op) == luma::Return::NAME {
                    ends.push((to, op));
                } else if !copy.leaves_out(op) {
                    let made = copy.shell(self.f, op);
                    self.f.append(to, made);
                }
            }
        }
        copy.finish(self.f);
        for (to, end) in ends {
            let returned = source.operands(end).first().map(|&value| copy.value(value));
            let loc = copy.derive(source.loc(end));
            let mut successor = Successor { block: behind, args: [].as_slice().into() };
            let mut b = Builder::at_end(self.cx.context, self.f, to, loc);
            match (returned, slot, result) {
                (Some(value), Some(slot), _) => {
                    luma::Store::build(&mut b, value, slot);
                }
                (Some(value), None, Some(_)) => successor.args.push(value),
                _ => {}
            }
            luma::Br::build(&mut b, successor);
            if let (Some(value), 1, Some(call)) = (returned, returns, self.call_result(call)) {
                self.replaced.insert(call, value);
            }
        }
    }

    fn call_result(&self, call: Op) -> Option<Value> {
        self.f.results(call).first().copied()
    }

    /// Makes every use of a result that has gone use what took its place.
    pub(super) fn finish(mut self) {
        if !self.replaced.is_empty() {
            shorten(&mut self.replaced);
            let mut ops = Vec::new();
            self.f.walk(&mut |op| ops.push(op));
            for op in ops {
                self.f
                    .map_operands(op, |value| self.replaced.get(&value).copied().unwrap_or(value));
            }
        }
        if self.split {
            arrange_blocks(self.f);
        }
    }
}

/// Whether `op`, a take or a give, goes in `direction` with `party`; of a callee, whether it is
/// `name`.
fn is_transfer(
    cx: &PassContext<'_>,
    f: &Function,
    op: Op,
    direction: &str,
    party: &str,
    name: Option<Symbol>,
) -> bool {
    let attribute = |name: &str| f.op_attribute(op, cx.context.symbol(name));
    let other = attribute(direction).and_then(Attribute::as_str);
    other == Some(party)
        && (name.is_none() || attribute("callee").and_then(Attribute::as_symbol) == name)
}

/// A copy of operations of one function in another.
struct BodyCopy<'a> {
    cx: &'a PassContext<'a>,
    source: &'a Function,
    /// The call that is replaced.
    site: CallSite,
    /// What values and blocks of the source became.
    values: FxHashMap<Value, Value>,
    blocks: FxHashMap<Block, Block>,
    /// Results of operations that are not copied, and their operands; both of the source.
    left_out: FxHashMap<Value, Value>,
    /// The copies. Until the end their operands are those of the source.
    made: Vec<Op>,
    /// Regions still to be copied.
    regions: Vec<(Region, Region)>,
}

impl BodyCopy<'_> {
    /// The location of what becomes of an operation at `loc` of the source.
    fn derive(&self, loc: Loc) -> Loc {
        self.cx.context.inlined(self.cx.derive(loc), self.site)
    }

    fn leaves_out(&self, op: Op) -> bool {
        !self.left_out.is_empty()
            && self.source.results(op).first().is_some_and(|to| self.left_out.contains_key(to))
    }

    /// What `value` of the source became.
    fn value(&self, value: Value) -> Value {
        let value = self.left_out.get(&value).copied().unwrap_or(value);
        self.values.get(&value).copied().unwrap_or(value)
    }

    /// A detached copy of `op` whose regions are still empty.
    fn shell(&mut self, f: &mut Function, op: Op) -> Op {
        let source = self.source;
        let results = source.results(op);
        let loc = self.derive(source.loc(op));
        let copy = f.make_op(OpParts {
            name: source.op_name(op),
            operands: source.operands(op).into(),
            results: results.iter().map(|&value| source.value_type(value)).collect(),
            attributes: source.attributes(op).into(),
            regions: source.op_regions(op).len(),
            successors: source.successors(op).into(),
            loc,
        });
        for (i, &old) in results.iter().enumerate() {
            if let Some(&new) = f.results(copy).get(i) {
                self.stands_for(f, old, new);
            }
        }
        let regions = source.op_regions(op).iter().copied();
        self.regions.extend(regions.zip(f.op_regions(copy).iter().copied()));
        self.made.push(copy);
        copy
    }

    fn stands_for(&mut self, f: &mut Function, old: Value, new: Value) {
        if let Some(name) = self.source.value_name(old) {
            f.set_value_name(new, name);
        }
        self.values.insert(old, new);
    }

    /// Gives `to` the arguments of `from`.
    fn arguments(&mut self, f: &mut Function, from: Block, to: Block) {
        for &arg in self.source.block_args(from) {
            let new = f.add_arg(to, self.source.value_type(arg));
            self.stands_for(f, arg, new);
        }
    }

    /// Copies what is in regions, and makes copies use copies.
    fn finish(&mut self, f: &mut Function) {
        let source = self.source;
        while let Some((from, to)) = self.regions.pop() {
            for &from_block in source.blocks(from) {
                let to_block = f.add_block(to);
                self.blocks.insert(from_block, to_block);
                self.arguments(f, from_block, to_block);
                for op in source.block_ops(from_block) {
                    if !self.leaves_out(op) {
                        let copy = self.shell(f, op);
                        f.append(to_block, copy);
                    }
                }
            }
        }
        for op in std::mem::take(&mut self.made) {
            f.map_operands(op, |value| self.value(value));
            if !f.successors(op).is_empty() {
                let successors: Vec<Successor> = f
                    .successors(op)
                    .iter()
                    .map(|s| Successor {
                        block: self.blocks.get(&s.block).copied().unwrap_or(s.block),
                        args: s.args.clone(),
                    })
                    .collect();
                f.set_successors(op, successors);
            }
        }
    }
}
