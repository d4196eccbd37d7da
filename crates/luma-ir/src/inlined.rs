//! Call sites: where inlining put an operation, for debuggers.
//!
//! An [`Origin`] is a chain of passes. Where a call was replaced by the body of its callee, the chain
//! also names the callee and the call. [`Context::frames`] reads the functions of the source off it.
//! The text form of Luma IR does not show call sites.

use luma_diagnostics::Span;

use crate::context::{Context, Origin, OriginStep, Symbol};
use crate::function::{Function, Loc};
use crate::intern::Interner;

/// A call that was replaced by the body of its callee.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CallSite {
    /// The function whose body was copied.
    pub callee: Symbol,
    /// The source range that declares it: the function itself may be gone by now.
    pub declared: Span,
    /// The location of the call.
    pub call: Loc,
}

impl CallSite {
    /// The call of `callee` at `call`.
    pub fn new(callee: &Function, call: Loc) -> Self {
        Self { callee: callee.name, declared: callee.loc.span, call }
    }
}

/// A function of the source at one moment: what a debugger shows as a line of a backtrace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// The function and the range that declares it; `None` is the function that holds the operation.
    pub function: Option<(Symbol, Span)>,
    /// The source range that is executed.
    pub span: Span,
}

/// The call sites of a context, each with the origin the operation had in the callee.
#[derive(Debug, Default)]
pub(crate) struct CallSites {
    entries: Interner<(Origin, CallSite)>,
}

/// Frames beyond this many are left out: no debugger shows them, and they are made for each operation.
const FRAME_LIMIT: usize = 64;

impl CallSites {
    /// The origin of an operation with origin `parent` in the callee, after its copy to `site`.
    pub(crate) fn intern(&self, parent: Origin, site: CallSite) -> Origin {
        Origin::of_call_site(self.entries.intern(&(parent, site)))
    }

    /// What [`Self::intern`] was given for the entry at `index`.
    pub(crate) fn get(&self, index: usize) -> (Origin, CallSite) {
        *self.entries.get(index)
    }
}

impl Context {
    /// The location of a copy that inlining makes at `site` of an operation at `loc` in the callee.
    pub fn inlined(&self, loc: Loc, site: CallSite) -> Loc {
        Loc { origin: self.call_sites.intern(loc.origin, site), ..loc }
    }

    /// The functions of the source that `loc` is in, the innermost first: one if nothing was inlined,
    /// at most 64.
    pub fn frames(&self, loc: Loc) -> Vec<Frame> {
        let mut frames = Vec::new();
        // The stack holds what is around the frames found so far, the next at its end.
        let mut pending: Vec<(Option<CallSite>, Loc)> = vec![(None, loc)];
        while let Some((around, loc)) = pending.pop() {
            // The outermost call site comes first: its call stands in what is around.
            let mut inner = around;
            let mut origin = loc.origin;
            while let Some((parent, step)) = self.origin_step(origin) {
                if let OriginStep::Inlined(site) = step {
                    pending.push((inner, site.call));
                    inner = Some(site);
                }
                origin = parent;
            }
            let function = inner.map(|site| (site.callee, site.declared));
            frames.push(Frame { function, span: loc.span });
            if frames.len() == FRAME_LIMIT {
                break;
            }
        }
        frames
    }
}

#[cfg(test)]
mod tests {
    use luma_diagnostics::FileId;

    use super::*;

    fn at(offset: u32) -> Loc {
        Loc::source(Span::new(FileId(0), offset, offset + 1))
    }

    /// `a` calls `b`, that calls `c`, that holds the operation; inlined from either end.
    #[test]
    fn frames_do_not_depend_on_the_order_of_inlining() {
        let context = Context::new();
        let site = |callee: &str, call| CallSite {
            callee: context.symbol(callee),
            declared: at(0).span,
            call,
        };
        let (op, b_calls_c, a_calls_b) = (at(30), at(20), at(10));
        let pass = context.symbol("inline");
        let inner = context.inlined(op, site("c", b_calls_c));
        let inner = Loc { origin: context.origin(inner.origin, pass), ..inner };
        let bottom_up = context.inlined(inner, site("b", a_calls_b));
        let moved_call = context.inlined(b_calls_c, site("b", a_calls_b));
        let top_down = context.inlined(op, site("c", moved_call));
        for loc in [bottom_up, top_down] {
            let frames: Vec<(Option<String>, u32)> = context
                .frames(loc)
                .iter()
                .map(|frame| {
                    let name = frame.function.map(|(name, _)| context.name(name).to_string());
                    (name, frame.span.start)
                })
                .collect();
            assert_eq!(frames, [(Some("c".into()), 30), (Some("b".into()), 20), (None, 10)]);
        }
        assert_eq!(context.origin_passes(bottom_up.origin), [pass]);
        assert_eq!(context.frames(op), [Frame { function: None, span: op.span }]);
    }
}
