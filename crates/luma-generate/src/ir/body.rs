//! Functions: blocks, regions and how they end.

use luma_ir::dialects::luma;
use luma_ir::{
    Attribute, Block, Builder, Function, Module, Op, OpName, OpParts, Position, Region, Successor,
    Symbol, Type, Value,
};

use super::items::{run_type, value_type};
use super::{LOC, Purpose, Style};
use crate::Choices;

const NAMES: [&str; 11] =
    ["x", "x.1", "0", "7", "a-b", "$", "arg0", "_", "true", "luma.func", "loc"];

/// How a region may end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// `luma.yield` only: conditions, posts and deferred regions.
    Yield,
    /// Also `luma.return`, `luma.break`, `luma.continue`, `luma.unreachable`.
    Any,
}

/// A function being made.
pub(super) struct Gen<'m, 'c> {
    pub(super) c: &'c mut Choices,
    pub(super) module: &'m Module,
    pub(super) f: Function,
    pub(super) purpose: Purpose,
    /// What the loops around carry; `None` where a region cannot jump out of its loop.
    loops: Vec<Option<Vec<Type>>>,
    /// Regions around that the function cannot be left from.
    closed: usize,
    /// Statements that may still be made.
    budget: usize,
    /// What was asked so far.
    asked: i64,
}

impl<'m, 'c> Gen<'m, 'c> {
    pub(super) fn new(
        c: &'c mut Choices,
        module: &'m Module,
        f: Function,
        purpose: Purpose,
    ) -> Self {
        Self { c, module, f, purpose, loops: Vec::new(), closed: 0, budget: 80, asked: 0 }
    }

    /// The function with its body.
    pub(super) fn body(mut self) -> Function {
        let body = self.f.body();
        let entry = self.f.add_block(body);
        let mut scope: Vec<Value> =
            self.f.params.clone().into_iter().map(|ty| self.f.add_arg(entry, ty)).collect();
        self.names(&scope);
        let others = match self.purpose {
            Purpose::Run(Style::Straight) => 0,
            Purpose::Run(_) => self.c.below(12).saturating_sub(8),
            Purpose::Valid => self.c.below(5).saturating_sub(1),
        };
        let blocks: Vec<Block> = (0..others).map(|_| self.f.add_block(body)).collect();
        for &block in &blocks {
            for _ in 0..self.c.below(3) {
                let ty = self.ty();
                self.f.add_arg(block, ty);
            }
        }
        if self.purpose.runs() {
            self.numbers(entry, &mut scope);
        }
        if self.is_straight() {
            for _ in 0..90 {
                self.pattern(entry, &mut scope);
            }
        }
        let (depth, times) = if self.purpose.runs() { (4, 4) } else { (3, 1) };
        for _ in 0..times {
            self.statements(entry, &mut scope, depth, others == 0);
        }
        self.leave(entry, &mut scope, &blocks, &blocks);
        for (at, &block) in blocks.iter().enumerate() {
            // The entry dominates every other block.
            let mut inner = scope.clone();
            let args = self.f.block_args(block).to_vec();
            self.names(&args);
            inner.extend(args);
            self.statements(block, &mut inner, 2, false);
            self.leave(block, &mut inner, &blocks, &blocks[at + 1..]);
        }
        self.f
    }

    fn is_straight(&self) -> bool {
        self.purpose == Purpose::Run(Style::Straight)
    }

    /// Ends a block of the body. Programs go back only where they ask whether to.
    fn leave(&mut self, block: Block, scope: &mut Vec<Value>, blocks: &[Block], later: &[Block]) {
        let runs = self.purpose.runs();
        let choice = self.c.below(if runs { 4 } else { 5 });
        let targets = if runs && choice != 2 { later } else { blocks };
        if targets.is_empty() || choice == 0 {
            return self.give_back(block, scope);
        }
        let (name, operands, count) = match choice {
            1 => (luma::Br::NAME, vec![], 1),
            2 => (luma::CondBr::NAME, vec![self.condition(block, scope)], 2),
            3 => (luma::SwitchBr::NAME, vec![self.subject(block, scope)], 3),
            _ => (luma::Unreachable::NAME, vec![], 0),
        };
        let mut parts = OpParts::new(name, LOC);
        for _ in 0..count {
            let target = targets[self.c.below(targets.len())];
            let types: Vec<Type> =
                self.f.block_args(target).iter().map(|&v| self.f.value_type(v)).collect();
            let args = self.values(block, scope, &types);
            parts.successors.push(Successor { block: target, args: args.into() });
        }
        if count == 3 {
            parts.attributes.push((self.symbol("cases"), cases(2)));
        }
        parts.operands = operands.into();
        self.insert(block, parts);
    }

    /// Returns. `main` prints what it knows.
    fn give_back(&mut self, block: Block, scope: &mut Vec<Value>) {
        if self.purpose.runs() && self.module.context.name(self.f.name) == "main" {
            for value in scope.clone() {
                self.show(block, scope, value);
            }
        }
        let types = self.f.results.clone();
        let values = self.values(block, scope, &types);
        self.op(block, luma::Return::NAME, &values, &[]);
    }

    /// A nested region with one block.
    fn region(
        &mut self,
        region: Region,
        args: &[Type],
        outer: &[Value],
        yields: &[Type],
        end: End,
        depth: usize,
    ) {
        let (block, mut scope) = self.open(region, args, outer);
        self.statements(block, &mut scope, depth - 1, true);
        let carried = self.loops.last().cloned().flatten();
        let rare = self.purpose.runs();
        let may_stop = !rare || (self.purpose == Purpose::Run(Style::Any) && self.c.below(5) == 0);
        let (name, types) = match (end, self.c.below(8), carried) {
            (End::Any, 5, _) if self.closed == 0 => (luma::Return::NAME, self.f.results.clone()),
            (End::Any, 6, Some(carried)) => (luma::Break::NAME, carried),
            (End::Any, 7, Some(carried)) => (luma::Continue::NAME, carried),
            (End::Any, 4, _) if may_stop => (luma::Unreachable::NAME, vec![]),
            _ => (luma::Yield::NAME, yields.to_vec()),
        };
        let values = self.values(block, &mut scope, &types);
        self.op(block, name, &values, &[]);
    }

    fn open(&mut self, region: Region, args: &[Type], outer: &[Value]) -> (Block, Vec<Value>) {
        let block = self.f.add_block(region);
        let mut scope = outer.to_vec();
        for &ty in args {
            let arg = self.f.add_arg(block, ty);
            self.names(&[arg]);
            scope.push(arg);
        }
        (block, scope)
    }

    fn statements(&mut self, block: Block, scope: &mut Vec<Value>, depth: usize, structured: bool) {
        for _ in 0..self.c.below(6) {
            if self.budget == 0 || self.is_straight() {
                return;
            }
            self.budget -= 1;
            match self.c.below(if depth == 0 { 18 } else { 26 }) {
                0..18 => self.simple(block, scope),
                18 | 19 if structured => {
                    let op = self.nest(block, luma::Defer::NAME, &[], &[], 1);
                    self.closed(|g| g.region(op.1[0], &[], scope, &[], End::Yield, depth));
                }
                20 => {
                    let types = self.types();
                    let op = self.nest(block, luma::Block::NAME, &[], &types, 1);
                    self.region(op.1[0], &[], scope, &types, End::Any, depth);
                    scope.extend(op.0);
                }
                21 | 22 => {
                    let condition = self.condition(block, scope);
                    let types = self.types();
                    let regions = if types.is_empty() { 1 + self.c.below(2) } else { 2 };
                    let op = self.nest(block, luma::If::NAME, &[condition], &types, regions);
                    for region in op.1 {
                        self.region(region, &[], scope, &types, End::Any, depth);
                    }
                    scope.extend(op.0);
                }
                23 | 24 => self.repeat(block, scope, depth),
                _ => {
                    let value = self.subject(block, scope);
                    let types = self.types();
                    let arms = self.c.below(3);
                    let mut parts = OpParts::new(luma::Switch::NAME, LOC);
                    parts.operands.push(value);
                    parts.results = types.as_slice().into();
                    parts.regions = 1 + arms;
                    parts.attributes.push((self.symbol("cases"), cases(arms)));
                    let op = self.insert(block, parts);
                    for region in self.f.op_regions(op).to_vec() {
                        self.region(region, &[], scope, &types, End::Any, depth);
                    }
                    scope.extend_from_slice(self.f.results(op));
                }
            }
        }
    }

    /// A loop: it counts, or asks whether to go on, or neither.
    fn repeat(&mut self, block: Block, scope: &mut Vec<Value>, depth: usize) {
        let mut types = self.types();
        let counts = self.c.below(8) < 4;
        if counts {
            types.insert(0, Type::I64);
        }
        let inits = self.values(block, scope, &types);
        let (results, regions) = self.nest(block, luma::Loop::NAME, &inits, &types, 3);
        let inner = depth - 1;
        self.closed(|g| {
            let (block, mut inside) = g.open(regions[0], &types, scope);
            g.statements(block, &mut inside, inner.min(1), true);
            let goes_on = match counts {
                true => {
                    let counter = g.f.block_args(block)[0];
                    let limit = g.constant(block, &mut inside, Type::I64);
                    let pred = Attribute::str("lt");
                    let operands = [counter, limit];
                    g.attributed(block, luma::Cmp::NAME, &operands, Type::I1, "pred", pred)
                }
                false => g.condition(block, &mut inside),
            };
            let mut values = vec![goes_on];
            values.extend(g.values(block, &mut inside, &types));
            if counts {
                values[1] = g.f.block_args(block)[0];
            }
            g.op(block, luma::Yield::NAME, &values, &[]);
            let (block, mut inside) = g.open(regions[2], &types, scope);
            g.statements(block, &mut inside, inner.min(1), true);
            let mut values = g.values(block, &mut inside, &types);
            if counts {
                let counter = g.f.block_args(block)[0];
                let one = Attribute::int(1);
                let name = luma::Constant::NAME;
                let one = g.attributed(block, name, &[], Type::I64, "value", one);
                values[0] = g.op(block, luma::Add::NAME, &[counter, one], &[Type::I64])[0];
            }
            g.op(block, luma::Yield::NAME, &values, &[]);
        });
        self.loops.push(Some(types.clone()));
        self.region(regions[1], &types, scope, &types, End::Any, depth);
        self.loops.pop();
        scope.extend(results);
    }

    /// Makes regions that control does not leave.
    fn closed(&mut self, make: impl FnOnce(&mut Self)) {
        self.loops.push(None);
        self.closed += 1;
        make(self);
        self.closed -= 1;
        self.loops.pop();
    }

    /// What a branch depends on. Programs mostly ask.
    fn condition(&mut self, block: Block, scope: &mut Vec<Value>) -> Value {
        match self.c.below(8) {
            0 => return self.constant(block, scope, Type::I1),
            1 | 2 => return self.value(block, scope, Type::I1),
            _ if !self.purpose.runs() => return self.value(block, scope, Type::I1),
            _ => {}
        }
        let answer = self.ask(block);
        let with = Attribute::int(self.c.of([1, 2, 3]));
        let with = self.attributed(block, luma::Constant::NAME, &[], Type::I64, "value", with);
        let pred = Attribute::str(self.c.of(["eq", "ne", "lt"]));
        self.attributed(block, luma::Cmp::NAME, &[answer, with], Type::I1, "pred", pred)
    }

    /// What a switch depends on.
    fn subject(&mut self, block: Block, scope: &mut Vec<Value>) -> Value {
        match self.c.below(4) {
            0 => self.value(block, scope, Type::I8),
            1 | 2 if self.purpose.runs() => self.ask(block),
            _ => self.value(block, scope, Type::I64),
        }
    }

    pub(super) fn ask(&mut self, block: Block) -> Value {
        self.asked += 1;
        let site = Attribute::int(self.asked);
        let site = self.attributed(block, luma::Constant::NAME, &[], Type::I64, "value", site);
        let callee = Attribute::Symbol(self.symbol("ask"));
        self.attributed(block, luma::Call::NAME, &[site], Type::I64, "callee", callee)
    }

    // --- parts ------------------------------------------------------------------------------

    /// The type of a value.
    pub(super) fn ty(&mut self) -> Type {
        match self.purpose.runs() {
            true => run_type(self.c, self.module, 1),
            false => value_type(self.c, self.module, 2),
        }
    }

    fn types(&mut self) -> Vec<Type> {
        (0..self.c.below(3)).map(|_| self.ty()).collect()
    }

    pub(super) fn values(
        &mut self,
        block: Block,
        scope: &mut Vec<Value>,
        types: &[Type],
    ) -> Vec<Value> {
        types.iter().map(|&ty| self.value(block, scope, ty)).collect()
    }

    pub(super) fn symbol(&self, name: &str) -> Symbol {
        self.module.context.symbol(name)
    }

    /// An op with one attribute and one result.
    pub(super) fn attributed(
        &mut self,
        block: Block,
        name: OpName,
        operands: &[Value],
        result: Type,
        key: &str,
        value: Attribute,
    ) -> Value {
        let mut parts = OpParts::new(name, LOC);
        parts.operands = operands.into();
        parts.results.push(result);
        parts.attributes.push((self.symbol(key), value));
        if !self.purpose.runs() && self.c.below(6) == 5 {
            let extra = super::items::attribute(self.c, self.module, 2);
            parts.attributes.push((self.symbol("extra.note"), extra));
        }
        let op = self.insert(block, parts);
        self.f.results(op)[0]
    }

    pub(super) fn op(
        &mut self,
        block: Block,
        name: OpName,
        operands: &[Value],
        results: &[Type],
    ) -> Vec<Value> {
        self.nest(block, name, operands, results, 0).0
    }

    fn nest(
        &mut self,
        block: Block,
        name: OpName,
        operands: &[Value],
        results: &[Type],
        regions: usize,
    ) -> (Vec<Value>, Vec<Region>) {
        let mut parts = OpParts::new(name, LOC);
        parts.operands = operands.into();
        parts.results = results.into();
        parts.regions = regions;
        let op = self.insert(block, parts);
        (self.f.results(op).to_vec(), self.f.op_regions(op).to_vec())
    }

    pub(super) fn insert(&mut self, block: Block, parts: OpParts) -> Op {
        let mut builder = Builder {
            context: &self.module.context,
            func: &mut self.f,
            position: Position::End(block),
            loc: LOC,
        };
        let op = builder.insert(parts);
        let results = self.f.results(op).to_vec();
        self.names(&results);
        op
    }

    fn names(&mut self, values: &[Value]) {
        for &value in values {
            if self.c.below(3) == 1 {
                let name = self.c.of(NAMES);
                let name = self.symbol(name);
                self.f.set_value_name(value, name);
            }
        }
    }
}

/// Labels for so many targets.
fn cases(targets: usize) -> Attribute {
    let label =
        |n: usize| Attribute::array([Attribute::int(n as i64), Attribute::int(-1 - n as i64)]);
    Attribute::array((0..targets).map(label))
}
