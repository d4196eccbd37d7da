//! Turns a defect into what the user reads. The analysis provides facts; all wording is here.

mod attributes;
mod borrowed;
mod case;
mod defer_free;
mod double_free;
mod interior;
mod leak;
mod name;
mod not_heap;
mod path;
mod stored;
mod use_after;

use luma_diagnostics::{Diagnostic, Span};
use luma_ir::{Function, Module, Op};

use crate::{Defect, DefectKind, Options, Summaries};

/// What is needed to explain one defect.
#[derive(Clone, Copy)]
struct Story<'a> {
    module: &'a Module,
    f: &'a Function,
    defect: &'a Defect,
    options: &'a Options<'a>,
    summaries: &'a Summaries<'a>,
}

/// The diagnostic for one defect of `f`. `summaries` are those of the functions it calls.
pub(crate) fn diagnostic(
    module: &Module,
    f: &Function,
    defect: &Defect,
    options: &Options<'_>,
    summaries: &Summaries,
) -> Diagnostic {
    let story = Story { module, f, defect, options, summaries };
    let diagnostic = match defect.kind {
        DefectKind::Leak(loss) => leak::explain(story, loss),
        DefectKind::DoubleFree => double_free::explain(story),
        DefectKind::UseAfterFree(how) => use_after::free(story, how),
        DefectKind::UseAfterTransfer(how) => use_after::transfer(story, how),
        DefectKind::Conflict => use_after::conflict(story),
        DefectKind::BorrowedFree { parameter, how } => borrowed::explain(story, parameter, how),
        DefectKind::NotHeap { memory, given } => not_heap::explain(story, memory, given),
        DefectKind::Interior { given, offset } => interior::explain(story, given, offset),
        DefectKind::MissingReturns => attributes::missing_returns(story),
        DefectKind::FalseReturns(result) => attributes::false_returns(story, result),
        DefectKind::Dangling { stored } => attributes::dangling(story, stored),
        DefectKind::Idle(attribute) => attributes::idle(story, attribute),
    };
    path::add_steps(story, diagnostic)
}

impl Story<'_> {
    fn span(&self, op: Op) -> Span {
        self.f.loc(op).span
    }

    /// Where the defect is; the location of the function if it has no operation.
    fn at(&self) -> Span {
        self.defect.op.map_or(self.f.loc.span, |op| self.span(op))
    }

    /// Where the object was taken, if that is known and not the defect itself.
    fn taken(&self) -> Option<Span> {
        self.defect.take.filter(|&op| Some(op) != self.defect.op).map(|op| self.span(op))
    }

    /// Adds a label where the object came from.
    fn with_origin(&self, diagnostic: Diagnostic) -> Diagnostic {
        match (self.taken(), self.defect.take) {
            (Some(span), Some(take)) => diagnostic.also(span, name::origin(*self, take)),
            _ => diagnostic,
        }
    }
}
