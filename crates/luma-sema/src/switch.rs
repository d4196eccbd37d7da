//! `switch`: labels, duplicates, exhaustiveness.

use luma_diagnostics::{Diagnostic, Span, codes, never};
use luma_syntax::ast::{ExprId, SwitchArm};
use rustc_hash::FxHashMap;

use crate::Const;
use crate::bodies::{End, check_block};
use crate::constants::evaluate;
use crate::context::{Cx, Def};
use crate::convert::{Site, check_to};
use crate::exprs::infer;
use crate::types::{EnumId, Ty, TyKind};

/// Checks a switch and returns how control leaves it.
pub(crate) fn check_switch(
    cx: &mut Cx<'_>,
    span: Span,
    subject: ExprId,
    arms: &[SwitchArm],
) -> End {
    let mut ty = infer(cx, subject);
    if !matches!(cx.kind(ty), TyKind::Int | TyKind::Byte | TyKind::Enum(_) | TyKind::Error) {
        let message = format!("cannot switch over a `{}`", cx.show(ty));
        let d = Diagnostic::new(codes::E0302, cx.span(subject), message)
            .help("a switch needs an `int`, a `byte` or an enum; use `if` and `elif`");
        cx.report(d);
        ty = cx.prims.error;
    }
    let mut labels = Labels::default();
    let mut default: Option<Span> = None;
    let mut end = End::Never;
    for arm in arms {
        for &label in &arm.labels {
            check_label(cx, label, ty, &mut labels);
        }
        if arm.labels.is_empty() {
            if let Some(first) = default {
                let d = Diagnostic::new(codes::E0313, arm.span, "a switch has only one arm `_`")
                    .also(first, "the first one");
                cx.report(d);
            }
            default.get_or_insert(arm.span);
        }
        end = end.max(check_block(cx, &arm.body));
    }
    let exhaustive = match *cx.kind(ty) {
        TyKind::Enum(id) => check_exhaustive(cx, span, subject, id, &labels, default),
        _ => false,
    };
    if default.is_some() {
        end
    } else if exhaustive || cx.is_error(ty) && end <= End::Unmatched {
        // The possible values of an erroneous subject are unknown, so unmatched ones are not
        // diagnosed.
        end.max(End::Barely)
    } else if end <= End::Unmatched && !arms.is_empty() {
        End::Unmatched
    } else {
        End::Open
    }
}

/// Labels seen so far.
#[derive(Default)]
struct Labels {
    /// Each value, and where it occurs first.
    seen: FxHashMap<i64, Span>,
    /// Those that name a member of the subject's enum.
    members: FxHashMap<i64, Span>,
    /// Whether some label is erroneous, so that the values the switch covers are unknown.
    unsound: bool,
}

fn check_label(cx: &mut Cx<'_>, label: ExprId, subject: Ty, labels: &mut Labels) {
    let outer = std::mem::replace(&mut cx.in_constant, true);
    let sound = check_to(cx, label, subject, Site::Label);
    cx.in_constant = outer;
    if !sound || cx.is_error(subject) {
        labels.unsound = true;
        return;
    }
    let value = match evaluate(cx, label) {
        Ok(value) => value,
        Err(why) => {
            labels.unsound = true;
            if let Some(mut d) = why.diagnostic("a case label must be a constant") {
                d.code = codes::E0313;
                cx.report(d);
            }
            return;
        }
    };
    let number = match value {
        Const::Int(number) => number,
        Const::Byte(byte) => i64::from(byte),
        Const::Zero => 0,
        _ => {
            never!("labels are numbers or members of enums");
            return;
        }
    };
    cx.out.constants.insert(label, value);
    let span = cx.span(label);
    if cx.out.expr_types.get(label) == Some(&subject) {
        labels.members.entry(number).or_insert(span);
    }
    if let Some(&first) = labels.seen.get(&number) {
        // Programs rely on the first of two equal numbers; repeating an enum member is an error.
        let is_enum = matches!(cx.out.types.kind(subject), TyKind::Enum(_));
        let code = if is_enum { codes::E0313 } else { codes::W0302 };
        let d = Diagnostic::new(code, span, "this case is handled already")
            .also(first, "by this label");
        cx.report(d);
        return;
    }
    labels.seen.insert(number, span);
}

/// Whether all members of `id` have a case; reports missing cases and a `_` that never runs.
fn check_exhaustive(
    cx: &mut Cx<'_>,
    span: Span,
    subject: ExprId,
    id: EnumId,
    labels: &Labels,
    default: Option<Span>,
) -> bool {
    let info = &cx.out.enums[id.0 as usize];
    let count = info.members.len();
    let is_member = |number: &i64| (0..count as i64).contains(number);
    let covered = labels.members.keys().filter(|number| is_member(number)).count();
    if covered == count {
        if let Some(default) = default {
            let message = format!("all members of `{}` have a case, so `_` never runs", info.name);
            let d = Diagnostic::new(codes::E0314, default, message).help("remove this arm");
            cx.report(d);
        }
        return true;
    }
    if default.is_some() || labels.unsound {
        return labels.unsound;
    }
    let covers = |number: usize| labels.members.contains_key(&(number as i64));
    let missing = info.members.iter().enumerate().filter(|(number, _)| !covers(*number));
    let mut names = missing
        .take(5)
        .map(|(_, name)| format!("`{}::{name}`", info.name))
        .collect::<Vec<_>>()
        .join(", ");
    if count - covered > 5 {
        names.push_str(&format!(" and {} more", count - covered - 5));
    }
    let at = Span { end: cx.span(subject).end.max(span.start), ..span };
    let d = Diagnostic::new(codes::E0314, at, format!("this switch has no case for {names}"))
        .also(cx.def_span(Def::Enum(id)), "declared here")
        .help("add the missing cases or an arm `_ -> …`");
    cx.report(d);
    // Already reported; the other checks assume that the cases exist.
    true
}
