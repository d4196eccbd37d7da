//! Control flow: regions, branches, loops and deferred code.

use luma_ir::dialects::{attr, luma};
use luma_ir::{Attribute, Block, Op, Region, Value};
use rustc_hash::FxHashMap;

use super::Engine;
use super::defect::{DefectKind, Loss, Use};
use super::history::Event;
use super::index::is_kept;
use super::join::{Head, limit};
use super::state::{Root, State, Status, Val};
use super::term::Ageing;

/// Loops nested deeper than this are not iterated.
const MAX_LOOP_DEPTH: u32 = 6;
/// Rounds to a fixed point before a loop's head is given up on.
const MAX_ROUNDS: u32 = 16;
/// Visits of one block of an unstructured region before the same.
const MAX_VISITS: u32 = 16;
/// Iterations of an outermost loop that are followed while its condition is known, as with constant
/// bounds.
const MAX_DECIDED: u8 = 12;
/// Labels of one arm of a switch that are told apart.
const MAX_LABELS: usize = 4;

/// The states in which a region is left, by how.
#[derive(Default)]
pub(super) struct Exits {
    fall: Vec<State>,
    breaks: Vec<State>,
    continues: Vec<State>,
    returns: Vec<State>,
}

impl Exits {
    fn ways(&mut self) -> [&mut Vec<State>; 4] {
        [&mut self.fall, &mut self.breaks, &mut self.continues, &mut self.returns]
    }

    /// Takes over all exits but falling through, which is returned.
    fn absorb(&mut self, mut other: Self) -> Vec<State> {
        self.breaks.append(&mut other.breaks);
        self.continues.append(&mut other.continues);
        self.returns.append(&mut other.returns);
        other.fall
    }
}

impl Engine<'_> {
    /// Analyses the whole body; whether the function can return.
    pub(super) fn run_body(&mut self) -> bool {
        let exits = self.run_region(self.f.body(), vec![State::new()]);
        let mut last = exits.returns;
        last.extend(exits.fall);
        for state in &mut last {
            self.finish(state);
        }
        !last.is_empty()
    }

    fn run_region(&mut self, region: Region, states: Vec<State>) -> Exits {
        let f = self.f;
        match f.blocks(region) {
            [] => Exits { fall: states, ..Exits::default() },
            &[block] => self.run_block(block, states, true),
            _ => self.run_graph(region, states),
        }
    }

    /// Runs one block. The exits of its operations are collected with the number of defers they
    /// stand behind; then the defers run, last first, each once for all exits behind it.
    fn run_block(&mut self, block: Block, states: Vec<State>, scoped: bool) -> Exits {
        let f = self.f;
        let mut states = states;
        let mut pending: Vec<(usize, Exits)> = Vec::new();
        let mut defers: Vec<Op> = Vec::new();
        for op in f.block_ops(block) {
            if states.is_empty() {
                break;
            }
            let mut exits = Exits::default();
            match f.op_name(op) {
                luma::Yield::NAME => {
                    states.iter_mut().for_each(|state| self.yields(state, op));
                    exits.fall = std::mem::take(&mut states);
                }
                luma::Return::NAME => {
                    states.iter_mut().for_each(|state| self.returns(state, op));
                    exits.returns = std::mem::take(&mut states);
                }
                luma::Break::NAME => exits.breaks = std::mem::take(&mut states),
                luma::Continue::NAME => exits.continues = std::mem::take(&mut states),
                luma::Unreachable::NAME => states.clear(),
                luma::Br::NAME | luma::CondBr::NAME | luma::SwitchBr::NAME => {
                    self.jump(op, std::mem::take(&mut states));
                }
                luma::Defer::NAME => defers.push(op),
                luma::If::NAME | luma::Switch::NAME | luma::Loop::NAME | luma::Block::NAME => {
                    let entered = std::mem::take(&mut states);
                    let inner = match f.op_name(op) {
                        luma::If::NAME => self.run_if(op, entered),
                        luma::Switch::NAME => self.run_switch(op, entered),
                        luma::Loop::NAME => self.run_loop(op, entered),
                        _ => match f.op_regions(op).first() {
                            Some(&body) => self.run_region(body, entered),
                            None => Exits { fall: entered, ..Exits::default() },
                        },
                    };
                    states = exits.absorb(inner);
                    limit(&mut states, &self.histories, self.max_states());
                    for state in &mut states {
                        self.bind_results(state, op);
                    }
                }
                luma::Call::NAME => {
                    states.retain_mut(|state| self.transfer(state, op));
                    if !self.forks.is_empty() {
                        states.append(&mut self.forks);
                        limit(&mut states, &self.histories, self.max_states());
                    }
                }
                _ => states.retain_mut(|state| self.transfer(state, op)),
            }
            if exits.ways().iter().any(|way| !way.is_empty()) {
                pending.push((defers.len(), exits));
            }
        }
        let fall = Exits { fall: states, ..Exits::default() };
        pending.push((defers.len(), fall));
        self.unwind(block, pending, &defers, scoped)
    }

    /// Runs the defers of `block` and ends its scope.
    fn unwind(
        &mut self,
        block: Block,
        mut pending: Vec<(usize, Exits)>,
        defers: &[Op],
        scoped: bool,
    ) -> Exits {
        let mut exits = Exits::default();
        for count in (0..=defers.len()).rev() {
            while pending.last().is_some_and(|&(behind, _)| behind == count) {
                if let Some((_, more)) = pending.pop() {
                    let fall = exits.absorb(more);
                    exits.fall.extend(fall);
                }
            }
            let max = self.max_states();
            for way in exits.ways() {
                limit(way, &self.histories, max);
            }
            if let Some(&defer) = count.checked_sub(1).and_then(|at| defers.get(at)) {
                let next = defers.get(count).copied();
                for (way, loss) in exits.ways().into_iter().zip(Self::LOSSES) {
                    let mut states = std::mem::take(way);
                    if scoped {
                        self.end_variables(block, &mut states, (defer, next), loss);
                    }
                    *way = self.run_defer(defer, states);
                }
            }
        }
        if scoped {
            let at = self.f.last(block);
            for (way, loss) in exits.ways().into_iter().zip(Self::LOSSES) {
                self.leave(block, way, loss, at);
            }
        }
        exits
    }

    /// How objects are lost when a scope ends, by the ways of [`Exits::ways`].
    const LOSSES: [Loss; 4] = [Loss::Scope, Loss::Scope, Loss::Scope, Loss::Exit];

    /// Ends the variables of `block` declared after `defer` (and before `next`, whose turn is over):
    /// none of the deferred code still to run can see them. Without this, states would differ in
    /// what no code can tell apart.
    fn end_variables(
        &mut self,
        block: Block,
        states: &mut Vec<State>,
        (defer, next): (Op, Option<Op>),
        loss: Loss,
    ) {
        let f = self.f;
        let after = |local: Value, op: Op| {
            f.def_op(local).is_some_and(|def| self.index.position(def) > self.index.position(op))
        };
        let ended: Vec<Value> = self
            .index
            .locals(block)
            .iter()
            .copied()
            .filter(|&local| after(local, defer) && next.is_none_or(|next| !after(local, next)))
            .collect();
        if ended.is_empty() {
            return;
        }
        let loss = if f.entry() == Some(block) { Loss::Exit } else { loss };
        let at = f.last(block);
        for state in states.iter_mut() {
            for &local in &ended {
                state.clear_root(Root::Local(local));
                state.unexpose(Root::Local(local));
            }
            if state.dirty {
                self.settle(state, loss, at);
            }
            state.swept = 0;
            self.sweep(state);
        }
        limit(states, &self.histories, self.max_states());
    }

    fn run_defer(&mut self, defer: Op, mut states: Vec<State>) -> Vec<State> {
        if states.is_empty() {
            return states;
        }
        let Some(&body) = self.f.op_regions(defer).first() else { return states };
        for state in &mut states {
            self.note(state, Event::Defer { op: defer });
        }
        let kept: Vec<_> =
            states.iter_mut().map(|state| std::mem::take(&mut state.yields)).collect();
        // States differ in what they yield only in conditions and values of `luma.if`, whose
        // regions rarely hold defers: run those groups apart.
        let mut groups: Vec<(smallvec::SmallVec<[Val; 1]>, Vec<State>)> = Vec::new();
        for (yields, state) in kept.into_iter().zip(states) {
            match groups.iter_mut().find(|(known, _)| *known == yields) {
                Some((_, group)) => group.push(state),
                None => groups.push((yields, vec![state])),
            }
        }
        let mut left = Vec::new();
        self.defer_depth += 1;
        for (yields, group) in groups {
            let mut exits = self.run_region(body, group);
            for state in &mut exits.fall {
                state.yields.clone_from(&yields);
            }
            left.append(&mut exits.fall);
        }
        self.defer_depth -= 1;
        left
    }

    /// Ends the scope of `block`: its variables and SSA values are gone.
    fn leave(&mut self, block: Block, states: &mut Vec<State>, loss: Loss, at: Option<Op>) {
        let f = self.f;
        let is_body = f.entry() == Some(block);
        for state in states.iter_mut() {
            for &local in self.index.locals(block) {
                state.clear_root(Root::Local(local));
                state.unexpose(Root::Local(local));
            }
            let gone = |value: Value| match f.def(value) {
                luma_ir::Def::Result(op, _) => f.parent(op) == Some(block),
                luma_ir::Def::Arg(home, _) => home == block,
            };
            let values: Vec<Value> =
                state.values.iter().map(|&(value, _)| value).filter(|&v| gone(v)).collect();
            values.into_iter().for_each(|value| state.drop_value(value));
            let mut aggregates: Vec<Root> = state
                .cells
                .iter()
                .map(|cell| cell.root)
                .filter(|root| matches!(root, Root::Aggregate(value) if gone(*value)))
                .collect();
            aggregates.dedup();
            aggregates.into_iter().for_each(|root| state.clear_root(root));
            let loss = if is_body { Loss::Exit } else { loss };
            if state.dirty {
                self.settle(state, loss, at);
            }
            self.sweep(state);
        }
        limit(states, &self.histories, self.max_states());
    }

    /// Forgets what is dead. In a large state that is put off until it has grown.
    fn sweep(&mut self, state: &mut State) {
        let size = state.size();
        self.work += size as u64 / 8;
        if size > 128 && size < state.swept + state.swept / 8 {
            return;
        }
        state.sweep(&self.terms, |value| self.parameter_value(value).is_some());
        state.swept = state.size();
    }

    // --- terminators ------------------------------------------------------------------------

    fn yields(&mut self, state: &mut State, op: Op) {
        let f = self.f;
        let outer = f.parent(op).and_then(|block| f.region_op(f.block_region(block)));
        let mut yields = smallvec::SmallVec::new();
        for (at, &value) in f.operands(op).iter().enumerate() {
            if self.is_aggregate(value) {
                let result = outer.and_then(|outer| f.results(outer).get(at).copied());
                if let Some(result) = result {
                    for cell in state.cells_of(Root::Aggregate(value)).to_vec() {
                        let root = Root::Aggregate(result);
                        state.set_cell(root, cell.offset, cell.size, cell.val);
                    }
                }
                yields.push(Val::Int(0));
            } else {
                yields.push(self.value(state, value));
            }
        }
        state.yields = yields;
    }

    /// Gives the results of `op` what its region has yielded, and drops what dies here.
    fn bind_results(&mut self, state: &mut State, op: Op) {
        let f = self.f;
        let yields = std::mem::take(&mut state.yields);
        if f.op_name(op) == luma::If::NAME {
            for (&result, val) in f.results(op).iter().zip(yields) {
                if is_kept(f, result) && !self.is_aggregate(result) {
                    state.set_value(result, val);
                }
            }
        }
        for &value in self.index.dying(op) {
            state.drop_value(value);
        }
        if state.dirty {
            self.settle(state, Loss::Discarded, Some(op));
        }
    }

    fn returns(&mut self, state: &mut State, op: Op) {
        self.work += 1;
        let f = self.f;
        if let Some(&value) = f.operands(op).first() {
            if self.is_aggregate(value) {
                for cell in state.cells_of(Root::Aggregate(value)).to_vec() {
                    state.set_cell(Root::Return, cell.offset, cell.size, cell.val);
                }
            } else if self.is_ptr(value) {
                let val = self.value(state, value);
                if !self.is_given_to_caller(value) {
                    let at = self.text_of(op, value);
                    self.check_use(state, val, Use::Return, at);
                }
                state.set_cell(Root::Return, 0, 8, val);
            }
        }
        self.note(state, Event::Return { op });
    }

    fn is_given_to_caller(&self, value: Value) -> bool {
        use luma_ir::dialects::own;
        self.f.def_op(value).is_some_and(|def| self.f.op_name(def) == own::Give::NAME)
    }

    /// What must hold when the function has returned and all its defers have run.
    fn finish(&mut self, state: &mut State) {
        let f = self.f;
        let ret = self.histories.back(state.history).find_map(|(event, _)| match event {
            Event::Return { op } => Some(op),
            _ => None,
        });
        if let Some(ret) = ret
            && let Some(&value) = f.operands(ret).first()
        {
            let given = self.is_given_to_caller(value);
            let at = self.text_of(ret, value);
            for cell in state.cells_of(Root::Return).to_vec() {
                match cell.val {
                    Val::Ptr(Root::Local(_), _) if !given || self.is_aggregate(value) => {
                        let kind = DefectKind::Dangling { stored: false };
                        self.report(state, kind, at, None, None);
                    }
                    Val::Ptr(root @ Root::Object(_), offset) if !given => {
                        match state.object(root).map(|object| object.status) {
                            Some(Status::Owned) if offset == Some(0) => {
                                let kind = DefectKind::MissingReturns;
                                self.report(state, kind, at, Some(root), None);
                            }
                            Some(Status::Freed(by)) if self.is_ptr(value) => {
                                let kind = DefectKind::UseAfterFree(Use::Return);
                                self.report(state, kind, at, Some(root), Some(by));
                            }
                            _ => {}
                        }
                    }
                    Val::Sym(term) if !given && self.is_ptr(value) => {
                        let root = Root::Term(term);
                        if let Some(Status::Freed(by)) = state.object(root).map(|o| o.status) {
                            let kind = DefectKind::UseAfterFree(Use::Return);
                            self.report(state, kind, at, Some(root), Some(by));
                        }
                    }
                    _ => {}
                }
            }
        }
        let outward: Vec<Root> = state
            .cells
            .iter()
            .filter(|cell| matches!(cell.root, Root::Term(_) | Root::Global(_)))
            .filter(|cell| matches!(cell.val, Val::Ptr(Root::Local(_), _)))
            .map(|cell| cell.root)
            .collect();
        for root in outward {
            let store = self.histories.back(state.history).find_map(|(event, at)| match event {
                Event::Outward { op } if at == Some(root) => Some(op),
                _ => None,
            });
            if let Some(op) = store {
                self.report(state, DefectKind::Dangling { stored: true }, op, None, None);
            }
        }
        self.record_effects(state);
        state.clear_root(Root::Return);
        if state.objects.iter().any(|&(root, _)| state.is_owned(root)) {
            self.settle(state, Loss::Exit, ret);
        }
    }

    // --- branches ---------------------------------------------------------------------------

    /// Splits `state` on the truth of `condition`: in which of both it can go on.
    fn split(
        &mut self,
        state: State,
        op: Op,
        condition: Val,
        regions: [u32; 2],
    ) -> [Option<State>; 2] {
        if let Some(truth) = state.truth(&self.terms, condition) {
            return if truth { [Some(state), None] } else { [None, Some(state)] };
        }
        let mut yes = state.clone();
        let mut no = state;
        let can_yes = yes.assume(&self.terms, condition, true);
        let can_no = no.assume(&self.terms, condition, false);
        if can_yes && can_no {
            self.note(&mut yes, Event::Branch { op, region: regions[0] });
            self.note(&mut no, Event::Branch { op, region: regions[1] });
        }
        [can_yes.then_some(yes), can_no.then_some(no)]
    }

    fn run_if(&mut self, op: Op, states: Vec<State>) -> Exits {
        let f = self.f;
        let Some(&condition) = f.operands(op).first() else { return Exits::default() };
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for state in states {
            let val = self.value(&state, condition);
            let [a, b] = self.split(state, op, val, [0, 1]);
            yes.extend(a);
            no.extend(b);
        }
        let mut exits = Exits::default();
        let regions = f.op_regions(op);
        for (region, states) in [(regions.first(), yes), (regions.get(1), no)] {
            if states.is_empty() {
                continue;
            }
            let fall = match region {
                Some(&region) => {
                    let inner = self.run_region(region, states);
                    exits.absorb(inner)
                }
                None => states,
            };
            exits.fall.extend(fall);
        }
        exits
    }

    /// The states in which each target of a switch is entered, the default first.
    fn select(&mut self, op: Op, states: Vec<State>, targets: usize) -> Vec<Vec<State>> {
        let f = self.f;
        let cases = f.op_attribute(op, attr::CASES).and_then(Attribute::as_array).unwrap_or(&[]);
        let labels: Vec<Vec<i64>> = cases
            .iter()
            .map(|case| {
                let case = case.as_array().unwrap_or(&[]);
                case.iter().filter_map(Attribute::as_int).collect()
            })
            .collect();
        let all: Vec<i64> = labels.iter().flatten().copied().collect();
        let mut entered: Vec<Vec<State>> = (0..targets).map(|_| Vec::new()).collect();
        let Some(&value) = f.operands(op).first() else { return entered };
        // The front end marks switches over all members of an enum.
        let exhaustive = f.op_attribute(op, self.module.context.symbol("exhaustive")).is_some();
        for state in states {
            let val = self.value(&state, value);
            if let Val::Int(known) = val {
                let arm = labels.iter().position(|labels| labels.contains(&known));
                if let Some(target) = entered.get_mut(arm.map_or(0, |arm| arm + 1)) {
                    target.push(state);
                }
                continue;
            }
            for (arm, labels) in labels.iter().enumerate() {
                let mut ways: Vec<State> = Vec::new();
                if labels.len() > MAX_LABELS {
                    ways.push(state.clone());
                } else {
                    for &label in labels {
                        let mut way = state.clone();
                        if way.assume_equal(&self.terms, val, label) {
                            ways.push(way);
                        }
                    }
                }
                for mut way in ways {
                    self.note(&mut way, Event::Branch { op, region: arm as u32 + 1 });
                    if let Some(target) = entered.get_mut(arm + 1) {
                        target.push(way);
                    }
                }
            }
            if exhaustive {
                continue;
            }
            let mut other = state;
            if other.assume_none(&self.terms, val, &all) {
                self.note(&mut other, Event::Branch { op, region: 0 });
                if let Some(target) = entered.first_mut() {
                    target.push(other);
                }
            }
        }
        let max = self.max_states();
        for states in &mut entered {
            limit(states, &self.histories, max);
        }
        entered
    }

    fn run_switch(&mut self, op: Op, states: Vec<State>) -> Exits {
        let f = self.f;
        let mut exits = Exits::default();
        let entered = self.select(op, states, f.op_regions(op).len());
        for (&region, states) in f.op_regions(op).iter().zip(entered) {
            if !states.is_empty() {
                let inner = self.run_region(region, states);
                let fall = exits.absorb(inner);
                exits.fall.extend(fall);
            }
        }
        exits
    }

    // --- loops ------------------------------------------------------------------------------

    fn run_loop(&mut self, op: Op, states: Vec<State>) -> Exits {
        self.loop_depth += 1;
        let widening = self.widening;
        let mut exits = Exits::default();
        let rest = if self.loop_depth > MAX_LOOP_DEPTH || self.is_coarse() {
            self.give_up(op, states, &mut exits);
            Vec::new()
        } else {
            self.follow(op, states, &mut exits)
        };
        if !rest.is_empty() {
            self.widening = true;
            self.stabilise(op, rest, &mut exits);
        }
        self.widening = widening;
        self.loop_depth -= 1;
        exits
    }

    /// Runs the first iterations one by one; returns the states that start the next.
    fn follow(&mut self, op: Op, states: Vec<State>, exits: &mut Exits) -> Vec<State> {
        let exact: u8 = match (self.index.is_busy(op), self.widening, self.loop_depth) {
            (false, ..) => 0,
            (_, true, 1..=3) => 1,
            (_, true, _) => 0,
            (_, _, 1 | 2) => 3,
            (_, _, 3) => 1,
            _ => 0,
        };
        let mut seen: Vec<State> = Vec::new();
        let mut states = states;
        let follows = self.loop_depth == 1 && !self.widening && exact > 0;
        let mut decided = true;
        for count in 0..MAX_DECIDED {
            if count >= exact && !(decided && follows) {
                break;
            }
            seen.extend(states.iter().cloned());
            let (mut back, known) = self.iteration(op, states, exits);
            decided &= known;
            self.age(op, &mut back, MAX_DECIDED, 1);
            limit(&mut back, &self.histories, self.max_states());
            back.retain(|state| !seen.iter().any(|old| old.same(state)));
            states = back;
            if states.is_empty() {
                break;
            }
        }
        states
    }

    /// Runs iterations on merged states until the head of the loop no longer changes.
    fn stabilise(&mut self, op: Op, mut states: Vec<State>, exits: &mut Exits) {
        self.age(op, &mut states, 1, 0);
        limit(&mut states, &self.histories, self.max_states());
        let max = self.max_states();
        let mut head = Head::default();
        for state in states {
            head.add(state, max);
        }
        for _ in 0..MAX_ROUNDS {
            if self.is_coarse() {
                break;
            }
            let mut round = Exits::default();
            let (mut back, _) = self.iteration(op, head.states.clone(), &mut round);
            self.age(op, &mut back, 1, 1);
            let mut changed = false;
            for state in back {
                changed |= head.add(state, max);
            }
            if !changed {
                let fall = exits.absorb(round);
                exits.fall.extend(fall);
                return;
            }
        }
        self.give_up(op, head.states, exits);
    }

    /// Forgets everything a loop might change and runs its body once, to look at what it does.
    fn give_up(&mut self, op: Op, mut states: Vec<State>, exits: &mut Exits) {
        for state in &mut states {
            let owned: Vec<Root> = state.objects.iter().map(|&(root, _)| root).collect();
            owned.into_iter().for_each(|root| state.escape(Val::at(root, Some(0))));
            state.cells.clear();
            state.ranges.clear();
            state.relations.clear();
            state.dirty = false;
        }
        limit(&mut states, &self.histories, 4);
        self.iteration(op, states, exits);
    }

    fn age(&mut self, op: Op, states: &mut [State], cap: u8, step: u8) {
        let index = &self.index;
        let inside = |inner: Op| index.inside(inner, op);
        let ageing = Ageing { f: self.f, inside: &inside, cap, step };
        for state in states.iter_mut() {
            state.age(&mut self.terms, &ageing);
        }
        for state in states {
            self.sweep(state);
        }
    }

    /// One iteration: leaves go to `exits.fall`; returns the states that start the next, and whether
    /// it was known beforehand if the condition holds.
    fn iteration(&mut self, op: Op, states: Vec<State>, exits: &mut Exits) -> (Vec<State>, bool) {
        let f = self.f;
        let &[condition, body, post] = f.op_regions(op) else { return (Vec::new(), true) };
        let mut tested = self.run_region(condition, states);
        exits.returns.append(&mut tested.returns);
        let mut entered = Vec::new();
        let mut decided = true;
        for mut state in tested.fall {
            let val = match std::mem::take(&mut state.yields).first() {
                Some(&val) => state.resolve(&self.terms, val),
                None => Val::Int(1),
            };
            let [yes, no] = self.split(state, op, val, [1, 0]);
            decided &= yes.is_none() || no.is_none();
            entered.extend(yes);
            exits.fall.extend(no);
        }
        let max = self.max_states();
        limit(&mut entered, &self.histories, max);
        if entered.is_empty() {
            return (Vec::new(), decided);
        }
        let mut inner = self.run_region(body, entered);
        exits.returns.append(&mut inner.returns);
        exits.fall.append(&mut inner.breaks);
        let mut ended = inner.fall;
        ended.append(&mut inner.continues);
        limit(&mut ended, &self.histories, max);
        if ended.is_empty() {
            return (ended, decided);
        }
        let mut after = self.run_region(post, ended);
        exits.returns.append(&mut after.returns);
        limit(&mut exits.fall, &self.histories, max);
        for state in &mut after.fall {
            state.yields.clear();
        }
        (after.fall, decided)
    }

    // --- unstructured control flow ----------------------------------------------------------

    fn jump(&mut self, op: Op, states: Vec<State>) {
        let f = self.f;
        let successors = f.successors(op);
        let ways: Vec<Vec<State>> = match f.op_name(op) {
            luma::CondBr::NAME => {
                let Some(&condition) = f.operands(op).first() else { return };
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for state in states {
                    let val = self.value(&state, condition);
                    let [a, b] = self.split(state, op, val, [0, 1]);
                    yes.extend(a);
                    no.extend(b);
                }
                vec![yes, no]
            }
            luma::SwitchBr::NAME => self.select(op, states, successors.len()),
            _ => vec![states],
        };
        for (successor, states) in successors.iter().zip(ways) {
            for mut state in states {
                let vals: Vec<Val> =
                    successor.args.iter().map(|&value| self.value(&state, value)).collect();
                for (&arg, val) in f.block_args(successor.block).iter().zip(vals) {
                    state.set_value(arg, val);
                }
                self.jumps.push((successor.block, state));
            }
        }
    }

    /// Runs a region of several blocks to a fixed point.
    fn run_graph(&mut self, region: Region, states: Vec<State>) -> Exits {
        let f = self.f;
        let blocks = f.blocks(region);
        let mut exits = Exits::default();
        let mut heads: FxHashMap<Block, (Head, u32)> = FxHashMap::default();
        let mut work: std::collections::BTreeSet<usize> = std::collections::BTreeSet::new();
        let position: FxHashMap<Block, usize> =
            blocks.iter().enumerate().map(|(at, &block)| (block, at)).collect();
        let max = self.max_states();
        let outer = std::mem::take(&mut self.jumps);
        if let Some(&entry) = blocks.first() {
            let slot = heads.entry(entry).or_default();
            for state in states {
                slot.0.add(state, max);
            }
            work.insert(0);
        }
        while let Some(at) = work.pop_first() {
            let Some(&block) = blocks.get(at) else { continue };
            let Some((head, visits)) = heads.get_mut(&block) else { continue };
            *visits += 1;
            let given_up = *visits > MAX_VISITS || self.work > self.budget;
            let mut states = head.states.clone();
            if given_up {
                for state in &mut states {
                    let owned: Vec<Root> = state.objects.iter().map(|&(root, _)| root).collect();
                    owned.into_iter().for_each(|root| state.escape(Val::at(root, Some(0))));
                    state.cells.clear();
                    state.ranges.clear();
                    state.relations.clear();
                    state.values.clear();
                }
            }
            let inner = self.run_block(block, states, false);
            let fall = exits.absorb(inner);
            exits.fall.extend(fall);
            for way in exits.ways() {
                limit(way, &self.histories, max);
            }
            for (target, state) in std::mem::take(&mut self.jumps) {
                let (head, visits) = heads.entry(target).or_default();
                let changed = head.add(state, max);
                if (changed && *visits <= MAX_VISITS) || *visits == 0 {
                    work.extend(position.get(&target));
                }
            }
        }
        self.jumps = outer;
        for &block in blocks {
            let mut states = std::mem::take(&mut exits.returns);
            self.leave(block, &mut states, Loss::Exit, f.last(block));
            exits.returns = states;
        }
        exits
    }
}
