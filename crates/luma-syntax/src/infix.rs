//! Infix operators: operator-precedence parsing of the operands and operators that the grammar
//! delivers one by one (Floyd, *Syntactic Analysis and Operator Precedence*, 1963).

use crate::ast::{BinaryOp, ExprId, ExprKind};
use crate::build::Builder;

/// An infix operator. All are left-associative; `=` is not one of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Infix {
    Or,
    And,
    Binary(BinaryOp),
}

impl Infix {
    /// Operators with a higher precedence bind tighter.
    fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Binary(op) => match op {
                BinaryOp::BitOr => 3,
                BinaryOp::BitXor => 4,
                BinaryOp::BitAnd => 5,
                BinaryOp::Eq | BinaryOp::Ne => 6,
                BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => 7,
                BinaryOp::Range => 8,
                BinaryOp::Shl | BinaryOp::Shr => 9,
                BinaryOp::Add | BinaryOp::Sub => 10,
                BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 11,
            },
        }
    }
}

/// An operand with its parentheses, which are not part of the expression's own span.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand {
    pub(crate) start: u32,
    pub(crate) e: ExprId,
    pub(crate) end: u32,
}

/// An operator that is waiting for its right operand.
#[derive(Debug)]
pub(crate) struct Pending {
    left: Operand,
    op: Infix,
}

/// The waiting operators of one chain: those on the builder's stack from this index on. Chains
/// inside parenthesised operands are above them on the stack and are finished before this chain
/// continues.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Infixes(usize);

impl Builder<'_> {
    /// A chain without operators.
    pub(crate) fn start_infix(&mut self) -> Infixes {
        Infixes(self.pending.len())
    }

    /// Adds the next operand of a chain, and the operator after it.
    pub(crate) fn infix(&mut self, chain: Infixes, operand: Operand, op: Infix) -> Infixes {
        let left = self.bind(chain, operand, op.precedence());
        self.pending.push(Pending { left, op });
        chain
    }

    /// Adds the last operand of a chain and returns the expression for the whole chain.
    pub(crate) fn finish_infix(&mut self, chain: Infixes, last: Operand) -> ExprId {
        self.bind(chain, last, 0).e
    }

    /// Gives `right` to the waiting operators of the chain that bind at least as tightly as
    /// `precedence`.
    fn bind(&mut self, chain: Infixes, mut right: Operand, precedence: u8) -> Operand {
        while self.pending.len() > chain.0
            && let Some(Pending { left, op }) =
                self.pending.pop_if(|pending| pending.op.precedence() >= precedence)
        {
            let kind = match op {
                Infix::Or => ExprKind::Or(left.e, right.e),
                Infix::And => ExprKind::And(left.e, right.e),
                Infix::Binary(op) => ExprKind::Binary(op, left.e, right.e),
            };
            let e = self.expr(kind, left.start, right.end);
            right = Operand { start: left.start, e, end: right.end };
        }
        right
    }
}
