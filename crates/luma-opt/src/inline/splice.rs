//! Puts copies of bodies in place of calls.

use luma_diagnostics::never;
use luma_ir::dialects::{luma, own};
use luma_ir::{
    Attribute, Block, Builder, CallSite, CloneMap, Function, Loc, Op, Position, Successor, Symbol,
    Value, callee, clone_blocks_into,
};
use luma_pass::PassContext;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Form;
use crate::flatten::arrange_blocks;

/// The work on one caller.
pub(super) struct Splicer<'a> {
    cx: &'a PassContext<'a>,
    f: &'a mut Function,
    /// By result of a call that is going to be replaced: the `own.take` of it from the callee.
    takes: FxHashMap<Value, Op>,
    /// Calls that were replaced, and what handed ownership between them and the caller.
    gone: Vec<Op>,
    /// Whether the body got new blocks.
    split: bool,
}

/// What is different in the copy of one body.
struct Copy {
    /// The call that is replaced.
    site: CallSite,
    map: CloneMap,
    /// Operations of the source that hand on their operand and are not wanted in the copy.
    left_out: FxHashSet<Op>,
    /// The results they had in the copy, and what took their place.
    replaced: FxHashMap<Value, Value>,
}

impl Copy {
    /// Of the body of `source`, in place of a call at `call`.
    fn new(source: &Function, call: Loc) -> Self {
        Self {
            site: CallSite::new(source, call),
            map: CloneMap::default(),
            left_out: FxHashSet::default(),
            replaced: FxHashMap::default(),
        }
    }

    /// The location of what becomes of an operation at `loc` of the source.
    fn derive(&self, cx: &PassContext<'_>, loc: Loc) -> Loc {
        cx.context.inlined(cx.derive(loc), self.site)
    }

    /// What stands for `value` of the source.
    fn value(&self, value: Value) -> Value {
        let value = self.map.value(value);
        self.replaced.get(&value).copied().unwrap_or(value)
    }
}

impl<'a> Splicer<'a> {
    /// To replace the calls `chosen`.
    pub(super) fn new(
        cx: &'a PassContext<'a>,
        f: &'a mut Function,
        chosen: &[(Op, Symbol)],
    ) -> Self {
        let mut takes = FxHashMap::default();
        for &(call, _) in chosen {
            for &result in f.results(call) {
                let take = f.users(result).find(|&op| f.op_name(op) == own::Take::NAME);
                takes.extend(take.map(|take| (result, take)));
            }
        }
        Self { cx, f, takes, gone: Vec::new(), split: false }
    }

    /// Puts a copy of the body of `source` in place of `call`.
    pub(super) fn replace(&mut self, call: Op, source: &Function, form: Form) {
        let Some(entry) = source.entry() else {
            never!("a prototype is to be copied");
            return;
        };
        let mut copy = Copy::new(source, self.f.loc(call));
        self.hand_over(call, source, entry, &mut copy);
        match form {
            Form::None => {
                never!("a call was chosen that cannot be replaced");
            }
            Form::Straight => self.in_place(call, source, entry, copy),
            Form::Graph(returns) => self.split(call, source, entry, returns, copy),
        }
    }

    /// Matches arguments and parameters, and takes out what hands ownership between the two.
    fn hand_over(&mut self, call: Op, source: &Function, entry: Block, copy: &mut Copy) {
        let name = callee(self.f, call);
        let mut taken: Vec<Value> = Vec::new();
        for (arg, &param) in
            self.f.operands(call).to_vec().into_iter().zip(source.block_args(entry))
        {
            let mut value = arg;
            if let Some(give) = self.f.def_op(arg)
                && self.f.op_name(give) == own::Give::NAME
                && is_transfer(self.cx, self.f, give, "to", "callee", name)
                && self.f.has_one_use(arg)
                && let Some(&given) = self.f.operands(give).first()
            {
                self.gone.push(give);
                value = given;
                taken.push(param);
            }
            copy.map.values.insert(param, value);
        }
        let mut returned = false;
        if let Some(&result) = self.f.results(call).first()
            && let Some(&take) = self.takes.get(&result)
            && is_transfer(self.cx, self.f, take, "from", "callee", name)
            && let Some(&named) = self.f.results(take).first()
        {
            self.f.replace_all_uses(named, result);
            self.gone.push(take);
            returned = true;
        }
        if taken.is_empty() && !returned {
            return;
        }
        let cx = self.cx;
        source.walk(&mut |op| {
            let &[from] = source.operands(op) else { return };
            let goes = match source.op_name(op) {
                own::Take::NAME => {
                    taken.contains(&from) && is_transfer(cx, source, op, "from", "caller", None)
                }
                own::Give::NAME => returned && is_transfer(cx, source, op, "to", "caller", None),
                _ => false,
            };
            if goes {
                copy.left_out.insert(op);
            }
        });
    }

    /// Copies what `blocks` hold but their returns.
    fn copy(&mut self, source: &Function, blocks: &[(Block, Block)], copy: &mut Copy) {
        let (cx, f) = (self.cx, &mut *self.f);
        let site = copy.site;
        let derive = |loc| cx.context.inlined(cx.derive(loc), site);
        let wanted = |op| source.op_name(op) != luma::Return::NAME;
        clone_blocks_into(source, blocks, f, &mut copy.map, derive, wanted);
        if copy.left_out.is_empty() {
            return;
        }
        for (op, made) in std::mem::take(&mut copy.map.ops) {
            if copy.left_out.contains(&op)
                && let (&[from], &[to]) = (f.operands(made), f.results(made))
                && from != to
            {
                f.replace_all_uses(to, from);
                copy.replaced.insert(to, from);
                f.erase(made);
            }
        }
    }

    /// One block that returns at its end: what is before that stands before the call.
    fn in_place(&mut self, call: Op, source: &Function, entry: Block, mut copy: Copy) {
        // Copied to a block of its own first, which nothing goes to.
        let body = self.f.body();
        let aside = self.f.make_block(body);
        self.copy(source, &[(entry, aside)], &mut copy);
        self.f.splice(aside, Position::Before(call));
        let returned = source.operands(source.terminator(entry)).first().copied();
        if let (Some(returned), Some(result)) = (returned, self.call_result(call)) {
            self.f.replace_all_uses(result, copy.value(returned));
        }
        self.leave(call);
    }

    /// Takes a call out that was replaced.
    fn leave(&mut self, call: Op) {
        self.f.detach(call);
        self.gone.push(call);
    }

    /// A graph of blocks: the block of the call goes on with the entry, and what follows the call is
    /// a block that returns branch to.
    fn split(&mut self, call: Op, source: &Function, entry: Block, returns: usize, mut copy: Copy) {
        let body = self.f.body();
        let (Some(block), Some(rest)) = (self.f.parent(call), self.f.next(call)) else {
            never!("a call ends its block");
            return;
        };
        self.split = true;
        let behind = self.f.add_block(body);
        self.f.move_tail(rest, behind);
        let loc = self.cx.derive(self.f.loc(call));
        let result = self.call_result(call);
        self.leave(call);

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
            let value = match slot {
                Some(slot) => {
                    let mut b = Builder::before(self.cx.context, self.f, rest);
                    b.loc = loc;
                    luma::Load::build(&mut b, slot, ty).result(b.func)
                }
                None => self.f.add_arg(behind, ty),
            };
            self.f.replace_all_uses(result, value);
        }

        let mut blocks = Vec::new();
        for &from in source.blocks(source.body()) {
            let to = if from == entry { block } else { self.f.add_block(body) };
            blocks.push((from, to));
            for &arg in source.block_args(from).iter().filter(|_| from != entry) {
                let new = self.f.add_arg(to, source.value_type(arg));
                if let Some(name) = source.value_name(arg) {
                    self.f.set_value_name(new, name);
                }
                copy.map.values.insert(arg, new);
            }
        }
        self.copy(source, &blocks, &mut copy);
        let ends = blocks.into_iter().map(|(from, to)| (to, source.terminator(from)));
        let ends = ends.filter(|&(_, end)| source.op_name(end) == luma::Return::NAME);
        for (to, end) in ends {
            let returned = source.operands(end).first().map(|&value| copy.value(value));
            let loc = copy.derive(self.cx, source.loc(end));
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
                self.f.replace_all_uses(call, value);
            }
        }
    }

    fn call_result(&self, call: Op) -> Option<Value> {
        self.f.results(call).first().copied()
    }

    /// Removes what was replaced.
    pub(super) fn finish(self) {
        if self.split {
            // Takes out what stands behind calls that never return, too.
            arrange_blocks(self.f);
        }
        self.f.erase_all(&self.gone);
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
