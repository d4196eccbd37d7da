//! Errors of the crates below, as diagnostics and causes.

use luma_diagnostics::internal::{self, Event};
use luma_diagnostics::{Diagnostic, codes};
use luma_llvm::{LlvmError, LlvmErrorKind};
use luma_mlir::MlirError;

use super::step::{Cause, Cx, Made};

/// The cause that diagnostics tell: a defect if one has its code.
pub(super) fn of(diagnostics: &[Diagnostic]) -> Cause {
    match diagnostics.iter().find(|d| d.code == codes::E0502) {
        Some(defect) => Cause::Defect(defect.message.clone()),
        None => Cause::Program,
    }
}

pub(super) fn reported(errors: Vec<Diagnostic>, made: &mut Made) -> Cause {
    let cause = of(&errors);
    made.diagnostics.extend(errors);
    cause
}

/// Of a pass of MLIR.
pub(super) fn mlir(error: MlirError, cx: &Cx<'_>, made: &mut Made) -> Cause {
    let cause = Cause::Defect(one_line(&error.to_string()));
    made.diagnostics.extend(error.into_diagnostics(codes::E0503, cx.map));
    cause
}

/// Of LLVM: invalid IR is a defect, all else is up to the program or the environment, too.
pub(super) fn llvm(error: LlvmError, cx: &Cx<'_>, made: &mut Made) -> Cause {
    match error.kind {
        LlvmErrorKind::Verify => llvm_defect(error, cx, made),
        _ => {
            made.diagnostics.push(error.into_diagnostic(None, cx.map));
            Cause::Program
        }
    }
}

fn llvm_defect(error: LlvmError, cx: &Cx<'_>, made: &mut Made) -> Cause {
    let cause = Cause::Defect(one_line(&error.message));
    made.diagnostics.push(error.into_diagnostic(None, cx.map));
    cause
}

/// Reports the internal compiler errors a step recorded; `None` if there are none.
pub(super) fn recorded(step: &str, made: &mut Made) -> Option<Cause> {
    let events = internal::take();
    made.diagnostics.extend(events.iter().map(|event| event.to_diagnostic(Some(step))));
    events.first().map(|event| Cause::Internal(one_line(&event.message)))
}

/// Reports the panic that ended a step, and nothing else the step recorded: what ran beside it until
/// then depends on the order of threads.
pub(super) fn panicked(step: &str, payload: &(dyn std::any::Any + Send), made: &mut Made) -> Cause {
    let message = internal::panic_message(payload);
    let event = internal::take().into_iter().find(|event| event.message == message);
    let event = event.unwrap_or_else(|| Event::without_position(message));
    made.diagnostics.push(event.to_diagnostic(Some(step)));
    Cause::Internal(one_line(&event.message))
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
