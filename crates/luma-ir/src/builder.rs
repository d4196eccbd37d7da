//! Builds operations at a position.

use crate::context::{Context, Symbol};
use crate::entity::{Block, Op, Region, Value};
use crate::function::{Function, Loc, OpParts, Position};
use crate::types::Type;

/// A cursor into a function. The typed views' `build` functions take one.
#[derive(Debug)]
pub struct Builder<'a> {
    /// Names and types.
    pub context: &'a Context,
    /// The function being built.
    pub func: &'a mut Function,
    /// The insertion point.
    pub position: Position,
    /// The location it gets.
    pub loc: Loc,
}

impl<'a> Builder<'a> {
    /// A builder at the end of `block`.
    pub fn at_end(context: &'a Context, func: &'a mut Function, block: Block, loc: Loc) -> Self {
        Self { context, func, position: Position::End(block), loc }
    }

    /// A builder before `op`, with its location.
    pub fn before(context: &'a Context, func: &'a mut Function, op: Op) -> Self {
        let loc = func.loc(op);
        Self { context, func, position: Position::Before(op), loc }
    }

    /// Makes an operation and puts it at the position.
    pub fn insert(&mut self, parts: OpParts) -> Op {
        let op = self.func.make_op(parts);
        self.func.insert(op, self.position);
        // What is made next comes after this.
        if let Position::Start(_) | Position::After(_) = self.position {
            self.position = Position::After(op);
        }
        op
    }

    /// A new block at the end of `region`; the builder moves into it.
    pub fn enter_new_block(&mut self, region: Region) -> Block {
        let block = self.func.add_block(region);
        self.position = Position::End(block);
        block
    }

    /// Names a value as people call it.
    pub fn name(&mut self, value: Value, name: Symbol) {
        self.func.set_value_name(value, name);
    }

    /// The type of a value.
    pub fn type_of(&self, value: Value) -> Type {
        self.func.value_type(value)
    }
}
