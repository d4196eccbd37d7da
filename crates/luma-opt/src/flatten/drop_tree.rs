//! Deferred code and the exits that run it.
//!
//! What is pending at a point of the function is a list, innermost defer first, and the lists of all
//! points share their tails: together they are a tree whose nodes are the defers, as in the
//! `DropTree` of rustc. rustc builds one tree for each target of exits (`return`, each loop's
//! `break` and `continue`); here a defer is on one list only, so one tree serves all, and a node
//! has one block for each kind of exit. That block holds the deferred code and goes on to the block
//! of the next node outward, at last to the target. An exit only enters at the innermost node, so n
//! exits over m defers make n branches and m blocks, not n × m copies. Code that one exit of a
//! kind runs stands in line with it.
//!
//! Deferred code is so put in at most four places (`return`, `break`, `continue`, the end of its
//! region), copied to all but the last and moved there. Four copies of code with defers inside
//! would be four to the power of the depth; such code is a *hub*: it stands once, whoever goes there
//! first leaves a number in a selector, and a switch behind it goes where the number says. Values
//! cannot be carried past a hub as SSA values, for its block does not know which exit was taken;
//! they go through slots.

use std::rc::Rc;

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Block, CloneMap, Loc, Op, Type, Value, clone_op};

use super::carry::Carrier;
use super::{Flattener, Frame, goto};
use crate::exits::Kind;

/// A node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NodeId(u32);

/// The defers of a function, by what is pending where they are registered.
#[derive(Debug, Default)]
pub(super) struct DropTree {
    nodes: Vec<Node>,
    /// Blocks still to be filled.
    open: Vec<Chain>,
    hubs: Vec<Hub>,
    /// How results travel along the exits that return; made for the first of them.
    results: Option<Rc<[Carrier]>>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    defer: Op,
    /// The next defer outward.
    outer: Option<NodeId>,
    /// The shared code for each kind of exit but [`Kind::End`].
    blocks: [Option<Block>; 3],
    /// Index of its hub.
    hub: Option<usize>,
}

/// Shared deferred code for one kind of exit.
#[derive(Debug)]
struct Chain {
    node: NodeId,
    block: Block,
    exit: Exit,
}

/// Where control goes once everything up to `base` has run.
#[derive(Clone, Debug)]
struct Exit {
    kind: Kind,
    base: Option<NodeId>,
    /// Unless it returns.
    target: Option<Block>,
    /// How the values get to the target.
    carriers: Rc<[Carrier]>,
    /// What it takes along: a value each, or `None` when that is in its slot.
    values: Vec<Option<Value>>,
    loc: Loc,
}

/// Deferred code that stands once.
#[derive(Debug)]
struct Hub {
    defer: Op,
    block: Block,
    /// Holds an index of `exits`.
    selector: Value,
    exits: Vec<Block>,
}

impl DropTree {
    /// A new node inside `outer`.
    pub(super) fn defer(&mut self, defer: Op, outer: Option<NodeId>) -> NodeId {
        self.nodes.push(Node { defer, outer, blocks: [None; 3], hub: None });
        NodeId(self.nodes.len() as u32 - 1)
    }

    fn node(&self, id: NodeId) -> Node {
        // Ids are only made by `defer`.
        self.nodes[id.0 as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }
}

impl Flattener<'_> {
    /// Puts the deferred code of a region before its end, a detached `luma.yield`, which is the
    /// result unless control goes elsewhere.
    pub(super) fn end_region(
        &mut self,
        end: Op,
        base: Option<NodeId>,
        is_loop_body: bool,
    ) -> Option<Op> {
        if is_loop_body && matches!(self.loops.last(), Some(Frame::Flat { .. })) {
            self.leave(Kind::Continue, end);
            return None;
        }
        if self.pending == base {
            return Some(end);
        }
        let values = self.f.operands(end).to_vec();
        let loc = self.derived(end);
        let carriers = match self.exits.has_hubs {
            true => self.carriers(&values, true),
            false => Vec::new(),
        };
        let sent: Vec<Option<Value>> = values.iter().copied().map(Some).collect();
        self.send(&carriers, &sent, loc);
        while self.pending != base {
            if !self.run_innermost() {
                return None;
            }
        }
        for (i, (&carrier, value)) in carriers.iter().zip(values).enumerate() {
            if let Carrier::Slot(slot) = carrier {
                let value = self.load(slot, self.f.value_type(value), loc);
                self.f.set_operand(end, i, value);
            }
        }
        Some(end)
    }

    /// A detached `luma.return`, `luma.break` or `luma.continue`, or the `luma.yield` of the body of
    /// a flattened loop: runs what is pending and goes to its target.
    pub(super) fn leave(&mut self, kind: Kind, op: Op) {
        let (base, target, carriers) = match (kind, self.loops.last()) {
            (Kind::Return, _) if self.pending.is_none() => return self.f.append(self.at, op),
            (Kind::Return, _) => (None, None, Rc::default()),
            (Kind::Break, Some(Frame::Flat { after, base, carriers, .. })) => {
                (*base, Some(*after), carriers.clone())
            }
            (Kind::Continue, Some(Frame::Flat { post, base, carriers, .. })) => {
                (*base, Some(*post), carriers.clone())
            }
            // Nothing is pending in it.
            (Kind::Break | Kind::Continue, Some(Frame::Kept)) => {
                return self.f.append(self.at, op);
            }
            (kind, _) => {
                never!("an exit of the kind {kind:?} leaves no loop");
                return self.f.append(self.at, op);
            }
        };
        let values = self.f.operands(op).iter().copied().map(Some).collect();
        let mut exit = Exit { kind, base, target, carriers, values, loc: self.derived(op) };
        if self.exits.has_hubs {
            self.make_carriers(&mut exit);
            self.send(&exit.carriers, &exit.values, exit.loc);
            exit.values.fill(None);
        }
        self.go_on(exit);
    }

    /// Runs what is pending at the cursor, in line as long as no other exit shares it, and goes to
    /// the target of `exit`.
    fn go_on(&mut self, exit: Exit) {
        while let Some(id) = self.pending.filter(|_| self.pending != exit.base) {
            if self.exits.count(self.tree.node(id).defer, exit.kind) > 1 {
                return self.enter_chain(id, exit);
            }
            if !self.run_innermost() {
                return;
            }
        }
        if let Some(target) = exit.target {
            let args = self.send(&exit.carriers, &exit.values, exit.loc);
            return self.jump(target, &args, exit.loc);
        }
        let mut results = Vec::with_capacity(exit.values.len());
        for (i, value) in exit.values.iter().enumerate() {
            match (value, exit.carriers.get(i), self.f.results.get(i).copied()) {
                (Some(value), ..) => results.push(*value),
                (None, Some(&Carrier::Slot(slot)), Some(ty)) => {
                    results.push(self.load(slot, ty, exit.loc));
                }
                _ => {
                    never!("a result is neither at hand nor in a slot");
                }
            }
        }
        luma::Return::build(&mut self.builder(exit.loc), &results);
    }

    /// Goes from the cursor to the shared code of a node.
    fn enter_chain(&mut self, id: NodeId, mut exit: Exit) {
        self.make_carriers(&mut exit);
        let args = self.send(&exit.carriers, &exit.values, exit.loc);
        let loc = exit.loc;
        let slot = exit.kind as usize;
        let block = match self.tree.node(id).blocks[slot] {
            Some(block) => block,
            None => {
                let block = self.new_block();
                self.tree.node_mut(id).blocks[slot] = Some(block);
                for (value, carrier) in exit.values.iter_mut().zip(exit.carriers.iter()) {
                    *value = match (carrier, *value) {
                        (Carrier::Argument, Some(value)) => {
                            Some(self.f.add_arg(block, self.f.value_type(value)))
                        }
                        _ => None,
                    };
                }
                self.tree.open.push(Chain { node: id, block, exit });
                block
            }
        };
        self.jump(block, &args, loc);
    }

    /// Settles how the values of an exit travel; those of a return only do if it shares code.
    fn make_carriers(&mut self, exit: &mut Exit) {
        if exit.target.is_none() {
            exit.carriers = self.result_carriers();
        }
    }

    /// Fills the blocks that exits have asked for.
    pub(super) fn finish_tree(&mut self) {
        self.fill_chains();
        // Filling a hub may ask for more, but only for what its own code defers.
        let mut next = 0;
        while let Some(hub) = self.tree.hubs.get(next) {
            let (defer, block) = (hub.defer, hub.block);
            self.at = block;
            self.pending = None;
            if self.run_code(defer) {
                self.dispatch(next);
            }
            self.fill_chains();
            next += 1;
        }
    }

    fn fill_chains(&mut self) {
        while let Some(Chain { node, block, exit }) = self.tree.open.pop() {
            self.at = block;
            self.pending = Some(node);
            if self.run_innermost() {
                self.go_on(exit);
            }
        }
    }

    /// Takes the innermost defer off what is pending and runs its code at the cursor; whether
    /// control comes out of it.
    fn run_innermost(&mut self) -> bool {
        let Some(id) = self.pending else {
            never!("nothing is pending");
            return true;
        };
        let Node { defer, outer, .. } = self.tree.node(id);
        self.pending = outer;
        if self.exits.is_hub(defer) {
            self.pass_hub(id);
            return true;
        }
        let code = if self.exits.is_last_use(defer) { defer } else { self.copy(defer) };
        self.run_code(code)
    }

    /// Moves the code of a `luma.defer` to the cursor.
    fn run_code(&mut self, defer: Op) -> bool {
        self.walk_only_block(defer, 0, false).is_some()
    }

    fn copy(&mut self, defer: Op) -> Op {
        let mut map = CloneMap::default();
        let cx = self.cx;
        let copy = clone_op(self.f, defer, &mut map, |loc| cx.derive(loc));
        for (op, copy) in map.ops {
            self.exits.copied(op, copy);
        }
        copy
    }

    /// Goes through the one place where the code of a node stands; the cursor is then behind it.
    fn pass_hub(&mut self, id: NodeId) {
        let Node { defer, hub, .. } = self.tree.node(id);
        let loc = self.derived(defer);
        let hub = match hub {
            Some(hub) => hub,
            None => {
                let selector = self.new_slot(Type::I64);
                let block = self.new_block();
                self.tree.hubs.push(Hub { defer, block, selector, exits: Vec::new() });
                let hub = self.tree.hubs.len() - 1;
                self.tree.node_mut(id).hub = Some(hub);
                hub
            }
        };
        let behind = self.new_block();
        // Only `pass_hub` makes these indexes.
        let Hub { block, selector, exits, .. } = &mut self.tree.hubs[hub];
        let (block, selector, number) = (*block, *selector, exits.len() as i64);
        exits.push(behind);
        let mut b = self.builder(loc);
        let number = luma::Constant::build(&mut b, Attribute::int(number), Type::I64);
        let number = number.result(b.func);
        luma::Store::build(&mut b, number, selector);
        self.jump(block, &[], loc);
        self.at = behind;
    }

    /// At the end of a hub: goes where the selector says.
    fn dispatch(&mut self, hub: usize) {
        let Hub { defer, selector, exits, .. } = &self.tree.hubs[hub];
        let (loc, selector, exits) = (self.derived(*defer), *selector, exits.clone());
        let (first, rest) = (exits[0], &exits[1..]);
        let number = self.load(selector, Type::I64, loc);
        let cases = (1..=rest.len() as i64).map(|i| Attribute::array([Attribute::int(i)]));
        let cases = Attribute::array(cases);
        let arms = rest.iter().map(|&block| goto(block)).collect();
        luma::SwitchBr::build(&mut self.builder(loc), number, cases, goto(first), arms);
    }

    /// How results travel along exits that return and share code.
    fn result_carriers(&mut self) -> Rc<[Carrier]> {
        if let Some(carriers) = &self.tree.results {
            return carriers.clone();
        }
        let types = self.f.results.clone();
        let all_slots = self.exits.has_hubs;
        let carriers: Rc<[Carrier]> =
            types.into_iter().map(|ty| self.carrier(ty, all_slots)).collect();
        self.tree.results = Some(carriers.clone());
        carriers
    }
}
